import type { Estimate } from './estimate.js';
import { meanEstimate } from './mean.js';
import type { Pair } from './pairs.js';

/**
 * The mean difference by the paired t: d̄, s_d / √n, n − 1 degrees of freedom.
 * @returns undefined with fewer than two pairs, and where the differences do not vary or are not finite
 */
export function pairedEstimate(pairs: readonly Pair[]): Estimate | undefined {
  const scale = Math.max(...pairs.map(({ a, b }) => Math.max(Math.abs(a), Math.abs(b))));
  return meanEstimate(
    pairs.map(({ difference }) => difference),
    scale,
  );
}
