import { metricNamed } from '../analysis/metrics.js';
import { readPatterns } from '../config/index.js';
import { UserError } from '../errors.js';
import type { Asked } from './compare-study.js';

/** What is compared, with what, by what. */
export interface CompareOptions {
  /** What a run came to, the one that decides first; default: `validation` where every run has validation images, else `last`. */
  readonly metrics?: readonly string[] | undefined;
  /** Compare with what is like this, as `key=value`; default: what the sweep says, else `optimizer=adamw`. */
  readonly baseline?: readonly string[] | undefined;
  /** Difference of the first metric below which two are as good, accuracies as shares; default: what the sweep says. */
  readonly margin?: number | undefined;
}

/** @throws UserError `usage` for a metric or pattern that there is not, or a margin that is none */
export function askedOf({ metrics = [], baseline = [], margin }: CompareOptions): Asked {
  if (margin !== undefined && !(margin > 0 && Number.isFinite(margin)))
    throw new UserError(
      'usage',
      `margin: found ${margin}; allowed: a number above 0, such as 0.005 for half a point`,
    );
  return {
    metrics: [...new Set(metrics)].map(metricNamed),
    baseline: readPatterns('--baseline', baseline),
    margin,
  };
}
