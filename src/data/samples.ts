import { UserError } from '../errors.js';
import { count } from '../support/text.js';
import type { SplitName } from './formats.js';
import type { TrainingShares } from './hold-out.js';

/** How many images are used. */
export interface Samples extends TrainingShares {
  /** Use a class-balanced subset of this many test images; all when undefined. */
  readonly testSamples?: number | undefined;
}

/**
 * Refuses to use more images than there are.
 *
 * @param dataset - What it is called.
 * @throws UserError `config` naming the key, what was found and what is allowed
 */
export function requireSamples(
  dataset: string,
  { train, test }: Readonly<Record<SplitName, number>>,
  { validation, trainSamples, testSamples }: Samples,
): void {
  const has = `${dataset} has ${count(train, 'training image')}`;
  // One is left to train on.
  requireCount('validation', validation, train - 1, has, 'hold out none');
  const left =
    validation === undefined ? has : `${has}, of which dataset.validation holds out ${validation}`;
  requireCount('trainSamples', trainSamples, train - (validation ?? 0), left, 'use all');
  requireCount('testSamples', testSamples, test, `${dataset} has ${count(test, 'test image')}`, 'use all');
}

function requireCount(
  key: keyof Samples,
  found: number | undefined,
  most: number,
  reason: string,
  otherwise: string,
): void {
  if (found === undefined || (Number.isInteger(found) && found >= 1 && found <= most)) return;
  throw new UserError(
    'config',
    `dataset.${key}: found ${found}, but ${reason}; give a whole number from 1 to ${most}, or leave the key out to ${otherwise}`,
  );
}
