import { meanAndStd } from '../support/moments.js';
import { isOnlyRounding, type Estimate } from './estimate.js';
import { satterthwaite } from './satterthwaite.js';

/**
 * The difference of two means, mean(a) − mean(b), with variances of their own and nothing paired: √(v_a + v_b) with
 * v = s² / n, and Satterthwaite's degrees of freedom (Welch, Biometrika 34, 1947).
 * @returns undefined where either has fewer than two values, or neither varies, or one is not finite
 */
export function welchEstimate(a: readonly number[], b: readonly number[]): Estimate | undefined {
  const [ofA, ofB] = [meanAndStd(a), meanAndStd(b)];
  if (ofA.mean === undefined || ofA.std === undefined) return undefined;
  if (ofB.mean === undefined || ofB.std === undefined) return undefined;
  const parts = [
    { variance: ofA.std ** 2 / a.length, degreesOfFreedom: a.length - 1 },
    { variance: ofB.std ** 2 / b.length, degreesOfFreedom: b.length - 1 },
  ];
  const { variance, degreesOfFreedom } = satterthwaite(parts);
  const standardError = Math.sqrt(variance);
  if (isOnlyRounding(standardError, Math.max(Math.abs(ofA.mean), Math.abs(ofB.mean)))) return undefined;
  return { value: ofA.mean - ofB.mean, standardError, degreesOfFreedom };
}
