import { heldOutAmong } from '../analysis/held-out.js';
import { DEFAULT_METRIC, VALIDATION_METRIC } from '../analysis/metrics.js';
import type { CompareOptions } from './asked.js';
import type { StudyRuns } from './study-runs.js';

/**
 * Fills in the metric where none is asked for: the accuracy on validation images where every run has some, for choices are
 * not to be made on test images, and else the test accuracy. Of a mixture that is among the notes.
 */
export function withMetrics<Options extends CompareOptions>(
  read: StudyRuns,
  options: Options,
): { readonly read: StudyRuns; readonly options: Options & { readonly metrics: readonly string[] } } {
  const { metrics = [] } = options;
  if (metrics.length > 0) return { read, options: { ...options, metrics } };
  const held = heldOutAmong(read.runs.map(({ config }) => config));
  const notes = held === 'some' ? [...read.notes, MIXTURE] : read.notes;
  const usual = held === 'all' ? VALIDATION_METRIC : DEFAULT_METRIC;
  return { read: { ...read, notes }, options: { ...options, metrics: [usual] } };
}

const MIXTURE =
  `only some of the runs have validation images (dataset.validation), so all are compared by their test accuracy; --metric ${VALIDATION_METRIC} ` +
  'compares those that have some';
