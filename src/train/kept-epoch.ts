import type { RunConfig } from '../config/schema.js';
import { checkpointOf } from './checkpoint-folder.js';
import type { Evaluations } from './evaluate.js';
import type { KeptEpoch } from './events.js';
import type { Progress } from './state.js';

type Wanted = RunConfig['checkpoint'];

/** By what the best epoch is found; undefined where nothing is held out. */
export function accuraciesOf({ evaluation, validation }: Evaluations) {
  return validation && { validationAccuracy: validation.accuracy, testAccuracy: evaluation.accuracy };
}

/** Whether the epoch that has just ended has a checkpoint, even if it is not the last. */
export function isToBeSaved({ epoch, best }: Progress, wanted: Wanted): boolean {
  return epoch % wanted.everyEpochs === 0 || (wanted.best !== undefined && best?.epoch === epoch);
}

/** The best epoch, with its checkpoint in the folder where it was to be kept; undefined where nothing is held out. */
export async function keptEpoch(
  { best }: Progress,
  wanted: Wanted,
  folder: string,
): Promise<KeptEpoch | undefined> {
  if (best === undefined) return undefined;
  const checkpoint = wanted.best === undefined ? undefined : await checkpointOf(folder, best.step);
  return { ...best, checkpoint: checkpoint ?? null };
}
