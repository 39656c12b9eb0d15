import { isEquivalent } from './equivalence.js';
import { pValueOf, type Estimate } from './estimate.js';

/** The chance of a false verdict that is put up with: of any in a family, when p-values are adjusted. */
export const SIGNIFICANCE = 0.05;

export const VERDICTS = ['better', 'worse', 'equivalent', 'inconclusive'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface VerdictRule {
  /** Which direction of a difference is the better one. */
  readonly better: 'higher' | 'lower';
  /** Δ > 0, in the unit of the estimate; without it nothing is equivalent. */
  readonly margin: number | undefined;
  /** The two-sided p-value that decides, where it is not the estimate's own: adjusted for its family. */
  readonly pValue?: number;
}

/**
 * What a difference says of A against B: better or worse when p < 0.05, else equivalent when the 90 % interval lies within
 * the margin, else inconclusive. A difference can be both told from 0 and within the margin: it is then better or worse,
 * and `isEquivalent` says that it is small.
 * @returns undefined where there is no estimate: too few seeds for a verdict
 */
export function verdictOf(
  estimate: Estimate | undefined,
  { better, margin, pValue }: VerdictRule,
): Verdict | undefined {
  if (estimate === undefined) return undefined;
  if ((pValue ?? pValueOf(estimate)) < SIGNIFICANCE) {
    return estimate.value > 0 === (better === 'higher') ? 'better' : 'worse';
  }
  return margin !== undefined && isEquivalent(estimate, margin) ? 'equivalent' : 'inconclusive';
}
