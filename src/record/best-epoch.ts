import { betterEpoch, type BestEpoch } from '../train/best-epoch.js';
import type { MetricsRow } from './metrics.js';

/** The epoch with the highest validation accuracy, by metrics.csv; undefined of a run without validation images. */
export function bestEpochOf(rows: readonly MetricsRow[]): BestEpoch | undefined {
  let best: BestEpoch | undefined;
  for (const { epoch, step, validation_accuracy: validationAccuracy, test_accuracy: testAccuracy } of rows) {
    if (validationAccuracy !== undefined)
      best = betterEpoch(best, { epoch, step, validationAccuracy, testAccuracy });
  }
  return best;
}
