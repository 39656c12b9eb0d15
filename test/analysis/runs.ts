import type { MetricsRow } from '../../src/record/metrics.js';

/** Rows of metrics.csv with these test accuracies, ten seconds an epoch, at a constant rate; each changed as given. */
export function rowsOf(
  accuracies: readonly number[],
  change: (epoch: number) => Partial<MetricsRow> = () => ({}),
): MetricsRow[] {
  return accuracies.map((accuracy, index) => ({
    epoch: index + 1,
    step: 10 * (index + 1),
    learning_rate: 0.001,
    train_loss: 2,
    train_accuracy: accuracy,
    test_loss: 3,
    test_accuracy: accuracy,
    grad_global_std: 0.01,
    update_global_std: 1,
    autoscale_alpha: undefined,
    autoscale_exponent: undefined,
    epoch_seconds: 10,
    images_per_second: 100,
    ...change(index + 1),
  }));
}
