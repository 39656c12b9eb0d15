import { intervalOf, type Estimate } from './estimate.js';
import { studentTCdf } from './student-t.js';

/** The level of the interval that must lie within the margin: 1 − 2α for α = 0.05. */
export const EQUIVALENCE_LEVEL = 0.9;

/**
 * Whether the truth is within ± margin by two one-sided tests at α = 0.05: whether the 90 % interval lies inside
 * (Schuirmann 1987).
 * @param margin - Δ > 0, declared before the results.
 */
export function isEquivalent(estimate: Estimate, margin: number): boolean {
  const { low, high } = intervalOf(estimate, EQUIVALENCE_LEVEL);
  return -margin < low && high < margin;
}

/** The p-value of the two one-sided tests: the larger of P(T ≥ (value + Δ) / SE) and P(T ≤ (value − Δ) / SE). */
export function equivalencePValue(
  { value, standardError, degreesOfFreedom }: Estimate,
  margin: number,
): number {
  const below = studentTCdf(-(value + margin) / standardError, degreesOfFreedom);
  const above = studentTCdf((value - margin) / standardError, degreesOfFreedom);
  return Math.max(below, above);
}
