import { group as groupBy } from 'd3-array';
import { judged, type ComparisonOptions, type ComparisonRow, type Judged } from './comparison.js';
import { equivalencePValue } from './equivalence.js';
import type { Group } from './groups.js';
import { holm } from './holm.js';
import { contributionsOfSeeds, pooledEstimate } from './pooled.js';
import { signFlipPValue } from './sign-flip.js';
import { verdictOf, type Verdict } from './verdict.js';

/** The same contrast in several architectures, pooled. */
export interface PooledContrast {
  /** The rows that are pooled, one an architecture. */
  readonly rows: readonly ComparisonRow[];
  /** The same contrast in architectures where there is no estimate of it. */
  readonly leftOut: readonly ComparisonRow[];
  readonly estimate: Judged;
  /** Of the estimate, adjusted by Holm for all pooled contrasts. */
  readonly adjustedPValue: number;
  /** Whole seeds are flipped. */
  readonly signFlipPValue: number | undefined;
  readonly equivalencePValue: number | undefined;
  /** None of a metric that was chosen on the test images. */
  readonly verdict: Verdict | undefined;
}

/**
 * Contrasts belong together when group and baseline are the same in all that varies but the architecture. Pooled are
 * those that two architectures or more have an estimate of; they are a family of their own.
 */
export function poolContrasts(
  rows: readonly ComparisonRow[],
  { metric, margin }: ComparisonOptions,
): PooledContrast[] {
  const pooled = [...groupBy(rows, contrastKey)].flatMap(([key, same]) => {
    const estimated = same.filter(({ contrast }) => contrast?.paired !== undefined);
    const estimate = pooledEstimate(estimated.flatMap(({ contrast }) => contrast?.paired ?? []));
    if (key === undefined || estimate === undefined || estimated.length < 2) return [];
    const seeds = contributionsOfSeeds(estimated.map(({ contrast }) => contrast?.pairs ?? []));
    return {
      rows: estimated,
      leftOut: same.filter((row) => !estimated.includes(row)),
      estimate: judged(estimate),
      signFlipPValue: signFlipPValue(seeds),
      equivalencePValue: margin === undefined ? undefined : equivalencePValue(estimate, margin),
    };
  });
  const adjusted = holm(pooled.map(({ estimate }) => estimate.pValue));
  return pooled.map((each, index) => {
    const pValue = adjusted[index] ?? each.estimate.pValue;
    const verdict =
      metric.chosenOnTest === true
        ? undefined
        : verdictOf(each.estimate, { better: metric.better, margin, pValue });
    return { ...each, adjustedPValue: pValue, verdict };
  });
}

function contrastKey({ match }: ComparisonRow): string | undefined {
  if (match.role !== 'compared') return undefined;
  return JSON.stringify([match.group, match.baseline].map(settingsBesideModel));
}

function settingsBesideModel({ settings }: Group): (readonly [string, string])[] {
  return [...settings].filter(([key]) => key !== 'model');
}
