import type { ReportSpec } from '../optim/definition.js';
import type { BestEpoch } from './best-epoch.js';
import type { EpochMetrics } from './epoch-metrics.js';
import type { RecordedFile } from './recorded-file.js';
import type { LayerStatistics } from './statistics.js';

export type { BestEpoch, EpochMetrics, LayerStatistics, ReportSpec };

/** The best epoch of a run, and which checkpoint is of it. */
export interface KeptEpoch extends BestEpoch {
  /** Name of its folder among the checkpoints; null where none is kept. */
  readonly checkpoint: string | null;
}

/** Everything a training run tells about itself, in order. Recorders and displays listen; nothing else logs. */
export type TrainEvent =
  | {
      readonly type: 'run-started';
      readonly seed: number;
      readonly epochs: number;
      readonly stepsPerEpoch: number;
      readonly totalSteps: number;
      /** Whether training images are held out, so that each epoch is evaluated on them too. */
      readonly hasValidation: boolean;
      /** Completed epochs and steps of the checkpoint the run goes on from, and what was on record then. */
      readonly resumedFrom:
        | { readonly epoch: number; readonly step: number; readonly records: readonly RecordedFile[] }
        | undefined;
      /** Everything that the gradient transform may report of a step. */
      readonly reports: readonly ReportSpec[];
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
      /** What the gradient transform reported, by its names for it. */
      readonly reports: Readonly<Record<string, number>>;
    }
  | {
      readonly type: 'epoch';
      readonly metrics: EpochMetrics;
      /** One entry per eligible tensor, then one named `global`. */
      readonly layers: readonly LayerStatistics[];
    }
  | { readonly type: 'checkpoint'; readonly directory: string; readonly epoch: number; readonly step: number }
  | {
      readonly type: 'run-finished';
      readonly epoch: number;
      readonly step: number;
      /** By the validation accuracy; undefined where nothing is held out. */
      readonly best?: KeptEpoch | undefined;
    }
  | { readonly type: 'run-interrupted'; readonly epoch: number; readonly step: number }
  | { readonly type: 'run-failed'; readonly epoch: number; readonly step: number; readonly error: Error };
