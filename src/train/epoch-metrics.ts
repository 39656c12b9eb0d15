import type { ReportSpec } from '../optim/definition.js';
import type { Evaluations } from './evaluate.js';
import type { Progress } from './state.js';

/** What is known of an epoch when it has been trained and evaluated. */
export interface EpochFacts extends Evaluations {
  /** Of the run at the end of the epoch, which it does not count yet. */
  readonly progress: Progress;
  readonly learningRate: number;
  readonly batchSize: number;
  /** What the gradient transform may report. */
  readonly reports: readonly ReportSpec[];
  readonly evaluationSeconds: number;
  readonly othersShare: number;
}

/** What is told of an epoch: a row of metrics.csv. Accuracies are in [0, 1]. */
export interface EpochMetrics {
  /** 1-based. */
  readonly epoch: number;
  /** Optimizer steps done since the start of the run. */
  readonly step: number;
  readonly learningRate: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** Absent where no training images are held out for validation. */
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
  readonly gradGlobalStd: number;
  readonly updateGlobalStd: number;
  /** What the gradient transform reported, by its names for it; only what it did report. */
  readonly reports: Readonly<Record<string, number>>;
  readonly epochSeconds: number;
  /** Training images per second of training time; evaluation is not counted. */
  readonly imagesPerSecond: number;
  readonly trainSeconds: number;
  readonly evaluationSeconds: number;
  /** Share of the machine's processor time that other processes had since the epoch began or was resumed. */
  readonly othersShare: number;
}

/** The metrics of an epoch: means over its steps, what the test and validation images gave, and where the time went. */
export function epochMetrics(facts: EpochFacts): EpochMetrics {
  const { progress, evaluation, validation, evaluationSeconds } = facts;
  const { sums, stepInEpoch } = progress;
  const global = sums.layers.at(-1);
  return {
    epoch: progress.epoch + 1,
    step: progress.step,
    learningRate: facts.learningRate,
    trainLoss: sums.loss / stepInEpoch,
    trainAccuracy: sums.accuracy / stepInEpoch,
    testLoss: evaluation.loss,
    testAccuracy: evaluation.accuracy,
    ...(validation && { validationLoss: validation.loss, validationAccuracy: validation.accuracy }),
    gradGlobalStd: (global?.gradStd ?? NaN) / stepInEpoch,
    updateGlobalStd: (global?.updateStd ?? NaN) / stepInEpoch,
    reports: reportsOfEpoch(facts.reports, progress),
    epochSeconds: sums.trainSeconds + evaluationSeconds,
    imagesPerSecond: (stepInEpoch * facts.batchSize) / sums.trainSeconds,
    trainSeconds: sums.trainSeconds,
    evaluationSeconds,
    othersShare: facts.othersShare,
  };
}

function reportsOfEpoch(
  specs: readonly ReportSpec[],
  { reports, sums, stepInEpoch }: Progress,
): Record<string, number> {
  const reported = specs.filter(({ name }) => Object.hasOwn(reports, name));
  return Object.fromEntries(
    reported.map(({ name, ofEpoch }) => [
      name,
      (ofEpoch === 'mean' ? (sums.reports[name] ?? NaN) / stepInEpoch : reports[name]) ?? NaN,
    ]),
  );
}
