import { namedStream } from '../support/random.js';
import { shuffledOrder } from './batches.js';
import type { Labels } from './dataset.js';
import { balancedSubset } from './subset.js';

/** How many training images are held out, and how many of the others are trained on; all of those when undefined. */
export interface TrainingShares {
  readonly validation?: number | undefined;
  readonly trainSamples?: number | undefined;
}

/** Names the one stream of random numbers that held-out images are drawn from: no run's seed is in it. */
const STREAM = 'validation';

/**
 * Divides the training records in two, without one in common: those that are held out for validation, and those that are
 * trained on. All records are put in a random order that is always the same; of that classes take turns, class 0 first,
 * each giving its next record, until enough are held out. So every run with the same training files holds out the same
 * images, whatever its seed, and a smaller share lies within a larger one. What is trained on is the rest, or a
 * class-balanced subset of it, in file order.
 *
 * @param labels [n] class ids below `classes`
 * @returns record numbers, ascending; `validation` is undefined when none are held out
 * @throws {RangeError} when more are asked for than there are
 */
export function divideTraining(
  labels: Labels,
  classes: number,
  { validation, trainSamples }: TrainingShares,
): { readonly train: Uint32Array; readonly validation: Uint32Array | undefined } {
  const held =
    validation === undefined
      ? undefined
      : balancedSubset(labels, classes, validation, shuffledOrder(labels.length, namedStream(STREAM)));
  const heldOut = new Set(held);
  const rest = Uint32Array.from(labels.keys()).filter((record) => !heldOut.has(record));
  const restLabels = Uint16Array.from(rest, (record) => labels[record] ?? 0);
  const chosen = balancedSubset(restLabels, classes, trainSamples ?? rest.length);
  return { train: chosen.map((place) => rest[place] ?? 0), validation: held };
}
