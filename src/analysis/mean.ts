import { meanAndStd } from '../support/moments.js';
import { isOnlyRounding, type Estimate } from './estimate.js';

/**
 * The mean of a sample: x̄, s / √n, n − 1 degrees of freedom (Student 1908).
 * @param scale - The size of the numbers that the values were computed from.
 * @returns undefined with fewer than two values, and where they do not vary or are not finite: nothing can then be said
 * of how sure it is
 */
export function meanEstimate(
  values: readonly number[],
  scale = Math.max(...values.map(Math.abs)),
): Estimate | undefined {
  const { mean, std } = meanAndStd(values);
  if (mean === undefined || std === undefined || isOnlyRounding(std, scale)) return undefined;
  return {
    value: mean,
    standardError: std / Math.sqrt(values.length),
    degreesOfFreedom: values.length - 1,
  };
}
