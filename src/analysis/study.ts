import { compareGroups, type ComparisonOptions, type ComparisonRow } from './comparison.js';
import type { Group, Grouping } from './groups.js';
import { labelGroups, type GroupLabel } from './labels.js';
import { poolContrasts, type PooledContrast } from './pooling.js';

/** All that is said of a study. */
export interface Study extends ComparisonOptions {
  /** The keys that vary, dotted, by name. */
  readonly varied: readonly string[];
  readonly labels: ReadonlyMap<Group, GroupLabel>;
  readonly rows: readonly ComparisonRow[];
  readonly pooled: readonly PooledContrast[];
}

/** Compares all groups with their baselines. */
export function studyOf(grouping: Grouping, options: ComparisonOptions): Study {
  const rows = compareGroups(grouping, options);
  const { varied } = grouping;
  return { ...options, varied, labels: labelGroups(grouping), rows, pooled: poolContrasts(rows, options) };
}
