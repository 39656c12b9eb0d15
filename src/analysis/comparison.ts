import { meanAndStd, type MeanAndStd } from '../support/moments.js';
import { matchBaseline, type Match } from './baseline.js';
import { correlationOf } from './correlation.js';
import { hedgesG } from './effect-size.js';
import { equivalencePValue, EQUIVALENCE_LEVEL } from './equivalence.js';
import { intervalOf, pValueOf, type Estimate, type Interval } from './estimate.js';
import { unfairnessOf, type Unfairness } from './fairness.js';
import type { Group, Grouping } from './groups.js';
import { holm } from './holm.js';
import type { Metric } from './metrics.js';
import { pairBySeed, type Pair, type Sample } from './pairs.js';
import { pairedEstimate } from './paired.js';
import { pairsNeeded } from './power.js';
import { signFlipPValue } from './sign-flip.js';
import { probabilityOfSuperiority } from './superiority.js';
import { SIGNIFICANCE, verdictOf, type Verdict } from './verdict.js';
import { welchEstimate } from './welch.js';

/** An estimate with its intervals and its two-sided p. */
export interface Judged extends Estimate {
  readonly interval95: Interval;
  readonly interval90: Interval;
  readonly pValue: number;
}

/** What is said of a group against its baseline; differences are group − baseline, in the unit of the metric. */
export interface Contrast {
  readonly pairs: readonly Pair[];
  readonly paired: Judged | undefined;
  readonly welch: Judged | undefined;
  /** Of the paired t, adjusted by Holm for all contrasts of the table. */
  readonly adjustedPValue: number | undefined;
  readonly signFlipPValue: number | undefined;
  readonly equivalencePValue: number | undefined;
  readonly correlation: number | undefined;
  readonly hedgesG: number | undefined;
  /** P(group > baseline), whichever direction is the better one. */
  readonly superiority: number | undefined;
  /** None of too few pairs, and of a metric that was chosen on the test images. */
  readonly verdict: Verdict | undefined;
  /** Pairs that a difference of the margin needs. */
  readonly pairsNeeded: number | undefined;
  /** Pairs that were left out, by seed, and what is to be said of the others. */
  readonly refused: readonly { readonly seed: number; readonly reasons: readonly string[] }[];
  readonly marked: readonly string[];
}

/** A row of the table: a group, how it stands, and its contrast where there is one. */
export interface ComparisonRow extends MeanAndStd {
  readonly match: Match;
  /** The metric of each finished seed that has it. */
  readonly values: Sample;
  readonly contrast: Contrast | undefined;
}

export interface ComparisonOptions {
  readonly metric: Metric;
  /** Part of a configuration that tells the baseline. */
  readonly baseline: Readonly<Record<string, unknown>>;
  /** Δ in the unit of the metric. */
  readonly margin: number | undefined;
}

/** The table of `gan-bench compare`: one row a group, in their order. */
export function compareGroups(grouping: Grouping, options: ComparisonOptions): ComparisonRow[] {
  const { metric, baseline } = options;
  const rows = matchBaseline(grouping, baseline).map((match) => {
    const values = valuesOf(match.group, metric);
    const contrast = match.role === 'compared' ? contrastOf(match.group, match.baseline, options) : undefined;
    return { match, values, ...meanAndStd([...values.values()]), contrast };
  });
  return withFamily(rows, options);
}

function valuesOf({ runs }: Group, metric: Metric): Map<number, number> {
  const values = new Map<number, number>();
  for (const { state, metrics } of runs) {
    const value = metric.of(metrics);
    if (value !== undefined) values.set(state.seed, value);
  }
  return values;
}

function contrastOf(group: Group, baseline: Group, { metric, margin }: ComparisonOptions): Contrast {
  const { refused, marked } = fairnessOf(group, baseline, metric);
  const isFair = ({ seed }: Pair): boolean => !refused.some((each) => each.seed === seed);
  const [ours, theirs] = [valuesOf(group, metric), valuesOf(baseline, metric)];
  const pairs = pairBySeed(ours, theirs).filter(isFair);
  const [a, b] = [fairValues(ours, refused), fairValues(theirs, refused)];
  const paired = pairedEstimate(pairs);
  const { std } = meanAndStd(pairs.map(({ difference }) => difference));
  return {
    pairs,
    paired: paired && judged(paired),
    welch: judgedIfAny(welchEstimate(a, b)),
    adjustedPValue: undefined,
    signFlipPValue: signFlipPValue(pairs.map(({ difference }) => difference)),
    equivalencePValue: paired && margin !== undefined ? equivalencePValue(paired, margin) : undefined,
    correlation: correlationOf(pairs),
    hedgesG: paired && hedgesG(paired),
    superiority: probabilityOfSuperiority(a, b),
    verdict: undefined,
    pairsNeeded: paired && std !== undefined && margin !== undefined ? pairsNeeded(std, margin) : undefined,
    refused,
    marked,
  };
}

/** Values without those of refused pairs. Those that have no pair stay: Welch's interval and P(A > B) need none. */
function fairValues(values: Sample, refused: Contrast['refused']): number[] {
  const seeds = new Set(refused.map(({ seed }) => seed));
  return [...values].filter(([seed]) => !seeds.has(seed)).map(([, value]) => value);
}

/** An estimate with what is said of it. */
export function judged(estimate: Estimate): Judged {
  return {
    ...estimate,
    interval95: intervalOf(estimate, 1 - SIGNIFICANCE),
    interval90: intervalOf(estimate, EQUIVALENCE_LEVEL),
    pValue: pValueOf(estimate),
  };
}

function judgedIfAny(estimate: Estimate | undefined): Judged | undefined {
  return estimate && judged(estimate);
}

function fairnessOf(group: Group, baseline: Group, { unit }: Metric): Pick<Contrast, 'refused' | 'marked'> {
  const found: (Unfairness & { readonly seed: number })[] = [];
  for (const run of group.runs) {
    const other = baseline.runs.find(({ state }) => state.seed === run.state.seed);
    if (other === undefined) continue;
    found.push({ seed: run.state.seed, ...unfairnessOf(run, other, { ofTime: unit === 's' }) });
  }
  const refused = found
    .filter((each) => each.refused.length > 0)
    .map(({ seed, refused: reasons }) => ({ seed, reasons }));
  return { refused, marked: [...new Set(found.flatMap(({ marked }) => marked))] };
}

/** The contrasts of the table are a family: their p-values are adjusted together, and decide the verdicts. */
function withFamily(rows: readonly ComparisonRow[], { metric, margin }: ComparisonOptions): ComparisonRow[] {
  const family = rows.map(({ contrast }) => contrast?.paired).filter((paired) => paired !== undefined);
  const adjusted = new Map(holm(family.map(({ pValue }) => pValue)).map((p, index) => [family[index], p]));
  return rows.map((row) => {
    const { contrast } = row;
    if (contrast?.paired === undefined) return row;
    const pValue = adjusted.get(contrast.paired) ?? contrast.paired.pValue;
    const verdict =
      metric.chosenOnTest === true
        ? undefined
        : verdictOf(contrast.paired, { better: metric.better, margin, pValue });
    return { ...row, contrast: { ...contrast, adjustedPValue: pValue, verdict } };
  });
}
