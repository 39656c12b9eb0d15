import { meanAndStd } from '../support/moments.js';
import type { Match } from './baseline.js';

/** How far towards the baseline's accuracy, of 1. */
const SHARES = [0.5, 0.75, 0.9] as const;

/**
 * The test accuracies until which time is told where nobody chose any: half, three quarters and nine tenths of the mean
 * that the baselines have after the last epoch, in whole percent, rounded down. The rule is ours; it looks at no other
 * group, so that it favours none.
 */
export function targetsOf(matches: readonly Match[]): number[] {
  const lasts = matches
    .filter(({ role }) => role === 'baseline')
    .flatMap(({ group }) => group.runs.flatMap(({ metrics }) => metrics.at(-1)?.test_accuracy ?? []));
  const { mean = 0 } = meanAndStd(lasts);
  const targets = SHARES.map((share) => Math.floor(share * mean * 100) / 100);
  return [...new Set(targets)].filter((target) => target > 0);
}
