import { compareGroups, type ComparisonOptions, type ComparisonRow } from './comparison.js';
import { withDiverged } from './diverged.js';
import type { Group, Grouping } from './groups.js';
import { labelGroups, type GroupLabel } from './labels.js';
import { countsDiverged, isAccuracy, type Metric } from './metrics.js';
import { poolContrasts, type PooledContrast } from './pooling.js';

/** All that is said of a study by one metric. */
export interface Study extends ComparisonOptions {
  /** The keys that vary, dotted, by name. */
  readonly varied: readonly string[];
  readonly labels: ReadonlyMap<Group, GroupLabel>;
  readonly rows: readonly ComparisonRow[];
  readonly pooled: readonly PooledContrast[];
  /** The same with the runs that diverged, at their last accuracy; undefined where there are none. */
  readonly withDiverged: Study | undefined;
}

/** Δ, below which a difference does not matter. */
export interface Margin {
  readonly value: number;
  /** Whether a sweep declares it, of the test accuracy; else it is asked for, of the first metric. */
  readonly isDeclared: boolean;
}

export interface StudyOptions extends Pick<ComparisonOptions, 'baseline'> {
  /** The primary one first. */
  readonly metrics: readonly Metric[];
  readonly margin: Margin | undefined;
}

/** Compares all groups with their baselines, by each metric in turn. A family of p-values is that of one metric. */
export function studiesOf(grouping: Grouping, { metrics, baseline, margin }: StudyOptions): readonly Study[] {
  const [primary] = metrics;
  const held = withDiverged(grouping);
  return metrics.map((metric) => {
    const options = { metric, baseline, margin: margin && marginOf(metric, primary, margin) };
    return {
      ...studyOf(grouping, options),
      withDiverged: held && countsDiverged(metric) ? studyOf(held, options) : undefined,
    };
  });
}

function studyOf(grouping: Grouping, options: ComparisonOptions): Study {
  const { varied } = grouping;
  const rows = compareGroups(grouping, options);
  const pooled = poolContrasts(rows, options);
  return { ...options, varied, labels: labelGroups(grouping), rows, pooled, withDiverged: undefined };
}

/** A margin is one of a single quantity: what is little of a test accuracy may be much of a gap. */
function marginOf(
  metric: Metric,
  primary: Metric | undefined,
  { value, isDeclared }: Margin,
): number | undefined {
  if (!isDeclared && metric === primary) return value;
  const isOfAccuracy = isDeclared || (primary !== undefined && isAccuracy(primary));
  return isOfAccuracy && isAccuracy(metric) ? value : undefined;
}
