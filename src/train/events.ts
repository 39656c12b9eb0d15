import type { RecordedFile } from './recorded-file.js';

/** Statistics of one eligible tensor (or of all together, layer `global`), averaged over the steps of an epoch. */
export interface LayerStatistics {
  readonly layer: string;
  readonly elements: number;
  readonly gradMean: number;
  readonly gradStd: number;
  readonly updateMean: number;
  readonly updateStd: number;
}

/** One row of metrics.csv. Accuracies are in [0, 1]; the autoscale columns exist for the `gan` transform only. */
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
  readonly gradGlobalStd: number;
  readonly updateGlobalStd: number;
  readonly autoscaleAlpha: number | undefined;
  readonly autoscaleExponent: number | undefined;
  readonly epochSeconds: number;
  /** Training images per second of training time; evaluation is not counted. */
  readonly imagesPerSecond: number;
}

/** Everything a training run tells about itself, in order. Recorders and displays listen; nothing else logs. */
export type TrainEvent =
  | {
      readonly type: 'run-started';
      readonly seed: number;
      readonly epochs: number;
      readonly stepsPerEpoch: number;
      readonly totalSteps: number;
      /** Completed epochs and steps of the checkpoint the run goes on from, and what was on record then. */
      readonly resumedFrom:
        | { readonly epoch: number; readonly step: number; readonly records: readonly RecordedFile[] }
        | undefined;
    }
  | {
      readonly type: 'step';
      /** 1-based number of the running epoch. */
      readonly epoch: number;
      /** 1-based number of the step since the start of the run. */
      readonly step: number;
      readonly loss: number;
      readonly accuracy: number;
      readonly learningRate: number;
      readonly gradGlobalStd: number;
      readonly autoscaleAlpha: number | undefined;
    }
  | {
      readonly type: 'epoch';
      readonly metrics: EpochMetrics;
      /** One entry per eligible tensor, then one named `global`. */
      readonly layers: readonly LayerStatistics[];
    }
  | { readonly type: 'checkpoint'; readonly directory: string; readonly epoch: number; readonly step: number }
  | { readonly type: 'run-finished'; readonly epoch: number; readonly step: number }
  | { readonly type: 'run-interrupted'; readonly epoch: number; readonly step: number }
  | { readonly type: 'run-failed'; readonly epoch: number; readonly step: number; readonly error: Error };
