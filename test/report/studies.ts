import { groupRuns, type StudyRun } from '../../src/analysis/groups.js';
import { metricNamed } from '../../src/analysis/metrics.js';
import { studiesOf, type Study } from '../../src/analysis/study.js';
import { studyRuns } from '../analysis/runs.js';

export const adamw = { optimizer: { gradient: 'none' } };
export const gan = { optimizer: { gradient: 'gan' } };
export const vgg = { model: 'vgg16bn' };

/** Runs compared by some metrics, with a margin that is asked for. */
export function studies(
  runs: readonly StudyRun[],
  changes: { metrics?: readonly string[]; margin?: number; baseline?: object } = {},
): readonly Study[] {
  const { metrics = ['last'], margin = 0.005, baseline = adamw } = changes;
  return studiesOf(groupRuns(runs), {
    metrics: metrics.map(metricNamed),
    baseline: { ...baseline },
    margin: { value: margin, isDeclared: false },
  });
}

/** 2 ± 4.30265 / √3 points, p = 1 − √(12/14), as in the test of the comparison. */
export const byHand = [...studyRuns(adamw, [0.5, 0.5, 0.5]), ...studyRuns(gan, [0.51, 0.52, 0.53])];
