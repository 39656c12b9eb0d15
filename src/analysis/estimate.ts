import { studentTCdf, studentTQuantile } from './student-t.js';

/** A value with its standard error, (value − truth) / standardError being distributed as Student's t. */
export interface Estimate {
  readonly value: number;
  /** Above 0. */
  readonly standardError: number;
  /** ν, whole or not. */
  readonly degreesOfFreedom: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** value ± t_{(1+level)/2, ν} · standardError. @param level - Such as 0.95. */
export function intervalOf({ value, standardError, degreesOfFreedom }: Estimate, level: number): Interval {
  const halfWidth = studentTQuantile((1 + level) / 2, degreesOfFreedom) * standardError;
  return { low: value - halfWidth, high: value + halfWidth };
}

/** t = value / standardError, of the hypothesis that the truth is 0. */
export function tStatistic({ value, standardError }: Estimate): number {
  return value / standardError;
}

/** Two-sided p-value of the hypothesis that the truth is 0: 2 P(T ≤ −|t|). */
export function pValueOf(estimate: Estimate): number {
  return 2 * studentTCdf(-Math.abs(tStatistic(estimate)), estimate.degreesOfFreedom);
}

/**
 * Whether a spread is nothing but rounding, so that no t can be made of it: at most ten units in the last place of the
 * values that it comes of (the rule of R's `t.test`, "data are essentially constant"). Also true of what is no number.
 * @param scale - The size of those values.
 */
export function isOnlyRounding(spread: number, scale: number): boolean {
  return !(spread > 10 * Number.EPSILON * scale);
}
