import { messageOf, UserError } from '../errors.js';
import type { Evaluations } from './evaluate.js';
import type { Methods } from './methods.js';
import type { NotFinite } from './step.js';

/** What nobody foresaw where other people's methods were at work is theirs first of all. */
export function namedError(error: unknown, { foreign }: Methods): Error {
  if (error instanceof UserError) return error;
  if (foreign.length > 0)
    return new UserError('plugin', `${foreign.join(' and ')}: ${messageOf(error)}`, { cause: error });
  return error instanceof Error ? error : new Error(messageOf(error));
}

/** What is no longer finite after a step, in words. */
export function describeNonFinite({ loss, layer, isOfTransform, report }: NotFinite): string {
  if (layer !== undefined && isOfTransform)
    return `what the transform has made of the gradient of ${layer} is no longer finite (loss ${loss})`;
  if (layer !== undefined) return `the gradient of ${layer} is no longer finite (loss ${loss})`;
  if (!Number.isFinite(loss)) return `the loss is ${loss}`;
  if (report !== undefined) return `${report} is no longer finite (loss ${loss})`;
  return `the transformed gradient is no longer finite (loss ${loss})`;
}

/** Which loss of an evaluation is no longer finite, in words; undefined where all are. */
export function describeLosses({ evaluation, validation }: Evaluations): string | undefined {
  if (!Number.isFinite(evaluation.loss)) return `the test loss is ${evaluation.loss}`;
  if (validation && !Number.isFinite(validation.loss)) return `the validation loss is ${validation.loss}`;
  return undefined;
}
