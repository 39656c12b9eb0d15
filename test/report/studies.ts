import { groupRuns, type Grouping, type StudyRun } from '../../src/analysis/groups.js';
import { metricNamed } from '../../src/analysis/metrics.js';
import { studiesOf, type Study } from '../../src/analysis/study.js';
import type { ReportInput } from '../../src/report/report-input.js';
import { studyRuns } from '../analysis/runs.js';

export const adamw = { optimizer: { gradient: 'none' } };
export const gan = { optimizer: { gradient: 'gan' } };
export const vgg = { model: 'vgg16bn' };

interface Changes {
  readonly metrics?: readonly string[];
  readonly margin?: number;
  readonly baseline?: object;
}

/** Runs compared by some metrics, with a margin that is asked for. */
export function studies(runs: readonly StudyRun[], changes: Changes = {}): readonly Study[] {
  return studiesOfGroups(groupRuns(runs), changes);
}

/** The same of runs that are grouped. */
export function studiesOfGroups(
  grouping: Grouping,
  { metrics = ['last'], margin = 0.005, baseline = adamw }: Changes = {},
): readonly Study[] {
  return studiesOf(grouping, {
    metrics: metrics.map(metricNamed),
    baseline: { ...baseline },
    margin: { value: margin, isDeclared: false },
  });
}

/** 2 ± 4.30265 / √3 points, p = 1 − √(12/14), as in the test of the comparison. */
export const byHand = [...studyRuns(adamw, [0.5, 0.5, 0.5]), ...studyRuns(gan, [0.51, 0.52, 0.53])];

/** What a report says of runs compared by these metrics, and nothing else. */
export function reportInput(runs: readonly StudyRun[], metrics: readonly string[] = ['last']): ReportInput {
  const grouping = groupRuns(runs);
  const [primary, ...secondary] = studiesOfGroups(grouping, { metrics });
  if (primary === undefined) throw new Error('there is no study');
  return {
    ...{ name: 'toy', grouping, primary, secondary },
    ...{ stability: [], targets: [], stages: undefined, dynamics: [] },
    ...{ commands: [], remarks: [], plan: undefined },
  };
}
