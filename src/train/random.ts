import type { Randomness } from '../optim/randomness.js';
import { namedStream } from '../support/random.js';

/** What a stream of random numbers is for. No two purposes share one. */
export type Purpose = 'initialization' | 'shuffle' | 'augmentation' | 'mixing' | 'optimizer';

/** The random numbers that a run has for its optimizer. */
export function optimizerRandomness(seed: number): Randomness {
  return (...place) => randomStream(seed, 'optimizer', ...place);
}

/**
 * A stream of uniform numbers in [0, 1) that depends on nothing but its name: the seed, the purpose and where in
 * the run it is used. Batch k of epoch e is therefore the same whether or not the run was resumed in between.
 */
export function randomStream(
  seed: number,
  purpose: Purpose,
  ...place: readonly (string | number)[]
): () => number {
  return namedStream([seed, purpose, ...place].join('/'));
}
