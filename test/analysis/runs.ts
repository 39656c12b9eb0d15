import type { StudyRun } from '../../src/analysis/groups.js';
import type { MetricsRow } from '../../src/record/metrics.js';
import { runConfig } from '../support/runs.js';

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

const facts = {
  format: 1,
  commandLine: [],
  program: { version: '0.1.0', gitCommit: 'abc', gitDirty: false, node: 'v20', tfjs: '4' },
  engine: { backend: 'cpu', library: 'tfjs', devices: [] },
  machine: { platform: 'linux', release: '6', arch: 'x64', cpuModel: 'CPU', cpuCores: 1, memoryBytes: 1 },
  dataset: { name: 'cifar100-mini', checksums: { 'train.bin': 'aaa' } },
  startedAt: '2026-01-02T03:04:05.000Z',
  endedAt: null,
  outcome: 'finished',
  error: null,
  attempts: [],
} as const;

/** What a test says of a run; the rest is that of a finished run of gan on the mini subset. */
export interface Made {
  readonly config?: object;
  readonly seed?: number;
  readonly accuracy?: number;
  readonly outcome?: StudyRun['state']['outcome'];
  readonly reason?: string;
  readonly folder?: string;
  readonly manifest?: object;
  /** Of each epoch that it completed; without it there are two, with half of `accuracy` and then that. */
  readonly accuracies?: readonly number[];
}

/** A run that ends at `accuracy`. */
export function studyRun({
  config = {},
  seed = 1,
  accuracy = 0.5,
  outcome = 'finished',
  reason,
  folder = 'results/gan',
  manifest = {},
  accuracies = [accuracy / 2, accuracy],
}: Made = {}): StudyRun {
  return {
    state: { directory: `${folder}/seed-${seed}`, seed, outcome, reason },
    config: runConfig(config),
    manifest: { ...facts, attempts: [], seed, ...manifest },
    metrics: rowsOf(accuracies),
  };
}

/** A run that diverged after these epochs. */
export function divergedRun(made: Made & { readonly accuracies: readonly number[] }): StudyRun {
  return studyRun({
    ...{ outcome: 'failed', reason: 'the loss is NaN', manifest: { errorCode: 'diverged' } },
    ...made,
  });
}

/** Runs of a configuration with the seeds 1, 2, … that end at these accuracies. */
export function studyRuns(config: object, accuracies: readonly number[]): StudyRun[] {
  return accuracies.map((accuracy, index) => studyRun({ config, accuracy, seed: index + 1 }));
}
