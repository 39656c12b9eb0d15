import { meanAndStd } from '../support/moments.js';
import { isOnlyRounding, type Estimate } from './estimate.js';
import type { Pair } from './pairs.js';

/**
 * The mean difference by the paired t: d̄, s_d / √n, n − 1 degrees of freedom (Student 1908).
 * @returns undefined with fewer than two pairs, and where the differences do not vary or are not finite: nothing can
 * then be said of how sure it is
 */
export function pairedEstimate(pairs: readonly Pair[]): Estimate | undefined {
  const count = pairs.length;
  const { mean, std } = meanAndStd(pairs.map(({ difference }) => difference));
  if (mean === undefined || std === undefined) return undefined;
  const scale = Math.max(...pairs.map(({ a, b }) => Math.max(Math.abs(a), Math.abs(b))));
  if (isOnlyRounding(std, scale)) return undefined;
  return { value: mean, standardError: std / Math.sqrt(count), degreesOfFreedom: count - 1 };
}
