import type { EpochMetrics, LayerStatistics, TrainEvent } from '../train/events.js';
import { CsvFile, type CsvTable, type CsvValue, type RunProgress } from './csv.js';
import type { TrainListener } from './listener.js';

/** metrics.csv: one row an epoch. */
export const metricsTable = {
  fileName: 'metrics.csv',
  columns: [
    'epoch',
    'step',
    'learning_rate',
    'train_loss',
    'train_accuracy',
    'test_loss',
    'test_accuracy',
    'grad_global_std',
    'update_global_std',
    'autoscale_alpha',
    'autoscale_exponent',
    'epoch_seconds',
    'images_per_second',
  ],
  placedBy: 'epoch',
} as const satisfies CsvTable;

/** gradients.csv: one row an epoch and layer, the last of an epoch named `global`. */
export const gradientsTable = {
  fileName: 'gradients.csv',
  columns: ['epoch', 'layer', 'elements', 'grad_mean', 'grad_std', 'update_mean', 'update_std'],
  placedBy: 'epoch',
} as const satisfies CsvTable;

/** steps.csv: one row every `log.everySteps` steps. */
export const stepsTable = {
  fileName: 'steps.csv',
  columns: ['epoch', 'step', 'loss', 'learning_rate', 'grad_global_std', 'autoscale_alpha'],
  placedBy: 'step',
} as const satisfies CsvTable;

export interface CsvRecorderOptions {
  /** Every how many steps steps.csv gets a row; 0 for no such file. */
  readonly everySteps: number;
}

/**
 * Brings the CSV files of a run folder to the state they had at `progress`, creating those that are missing, so that
 * a resumed run ends with the bytes of one that was never interrupted.
 * @throws UserError `checkpoint` when a file does not belong to this run; `io`
 */
export async function truncateTo(
  directory: string,
  progress: RunProgress,
  options: CsvRecorderOptions,
): Promise<void> {
  const tables: readonly CsvTable[] = [
    metricsTable,
    gradientsTable,
    ...(options.everySteps > 0 ? [stepsTable] : []),
  ];
  for (const table of tables) await new CsvFile(directory, table).truncateTo(progress);
}

/**
 * Writes metrics.csv, gradients.csv and, when asked for, steps.csv. The rows of an event are on the disk when `on`
 * resolves: a trainer that awaits it before it saves the checkpoint never has a checkpoint ahead of its rows.
 */
export function csvRecorder(directory: string, options: CsvRecorderOptions): TrainListener {
  const metrics = new CsvFile(directory, metricsTable);
  const gradients = new CsvFile(directory, gradientsTable);
  const steps = options.everySteps > 0 ? new CsvFile(directory, stepsTable) : undefined;
  return {
    async on(event) {
      if (event.type === 'run-started') {
        await truncateTo(directory, event.resumedFrom ?? { epoch: 0, step: 0 }, options);
      } else if (event.type === 'step') {
        if (event.step % options.everySteps === 0) await steps?.append([stepRow(event)]);
      } else if (event.type === 'epoch') {
        await gradients.append(event.layers.map((layer) => gradientRow(event.metrics.epoch, layer)));
        await metrics.append([metricsRow(event.metrics)]);
        await Promise.all([gradients.sync(), metrics.sync(), steps?.sync()]);
      }
    },
  };
}

function metricsRow(metrics: EpochMetrics): CsvValue[] {
  return [
    metrics.epoch,
    metrics.step,
    metrics.learningRate,
    metrics.trainLoss,
    metrics.trainAccuracy,
    metrics.testLoss,
    metrics.testAccuracy,
    metrics.gradGlobalStd,
    metrics.updateGlobalStd,
    metrics.autoscaleAlpha,
    metrics.autoscaleExponent,
    toThousandths(metrics.epochSeconds),
    toThousandths(metrics.imagesPerSecond),
  ];
}

function gradientRow(epoch: number, layer: LayerStatistics): CsvValue[] {
  return [
    epoch,
    layer.layer,
    layer.elements,
    layer.gradMean,
    layer.gradStd,
    layer.updateMean,
    layer.updateStd,
  ];
}

function stepRow(event: Extract<TrainEvent, { type: 'step' }>): CsvValue[] {
  return [event.epoch, event.step, event.loss, event.learningRate, event.gradGlobalStd, event.autoscaleAlpha];
}

function toThousandths(value: number): number {
  return Number(value.toFixed(3));
}
