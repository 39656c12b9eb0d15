import { LARGEST_NONCENTRALITY, noncentralTCdf } from './noncentral-t.js';
import { studentTQuantile } from './student-t.js';
import { SIGNIFICANCE } from './verdict.js';

/** The chance to tell a true difference that is aimed at. */
export const AIMED_POWER = 0.8;
/** More pairs than anybody trains. */
const MOST_PAIRS = 100_000;

/**
 * The power of the two-sided paired t test at α = 0.05: P(|T| > t_{0.975, n−1}), T noncentral with δ = √n · effect
 * (Cohen 1988; R's `power.t.test(type = "paired", strict = TRUE)`).
 * @param effect - The true mean difference in standard deviations of the differences, 0 or more.
 * @param pairs - n, at least 2.
 */
export function powerOfPairedT(effect: number, pairs: number): number {
  const degreesOfFreedom = pairs - 1;
  const critical = studentTQuantile(1 - SIGNIFICANCE / 2, degreesOfFreedom);
  // Power grows with δ, and is 0.99 or more there.
  const noncentrality = Math.min(Math.sqrt(pairs) * effect, LARGEST_NONCENTRALITY);
  return (
    1 -
    noncentralTCdf(critical, degreesOfFreedom, noncentrality) +
    noncentralTCdf(-critical, degreesOfFreedom, noncentrality)
  );
}

/**
 * The fewest pairs with which a true difference of `margin` is told from 0 with a chance of 0.8. It stands on the spread
 * of the pairs at hand: of three it is itself a rough guess.
 * @param std - Of the differences, in the unit of the margin.
 * @returns undefined beyond 100,000
 */
export function pairsNeeded(std: number, margin: number): number | undefined {
  const suffices = (pairs: number): boolean => powerOfPairedT(margin / std, pairs) >= AIMED_POWER;
  let high = 2;
  while (!suffices(high)) {
    if (high >= MOST_PAIRS) return undefined;
    high = Math.min(2 * high, MOST_PAIRS);
  }
  let low = Math.max(1, Math.floor(high / 2));
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  return high;
}
