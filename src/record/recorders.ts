import { UserError } from '../errors.js';
import type { EpochMetrics, LayerStatistics, TrainEvent } from '../train/events.js';
import type { RecordedFile } from '../train/recorded-file.js';
import { CsvFile, type CsvTable, type CsvValue } from './csv.js';
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
} as const satisfies CsvTable;

/** gradients.csv: one row an epoch and layer, the last of an epoch named `global`. */
export const gradientsTable = {
  fileName: 'gradients.csv',
  columns: ['epoch', 'layer', 'elements', 'grad_mean', 'grad_std', 'update_mean', 'update_std'],
} as const satisfies CsvTable;

/** steps.csv: one row every `log.everySteps` steps. */
export const stepsTable = {
  fileName: 'steps.csv',
  columns: ['epoch', 'step', 'loss', 'learning_rate', 'grad_global_std', 'autoscale_alpha'],
} as const satisfies CsvTable;

export interface CsvRecorderOptions {
  /** Every how many steps steps.csv gets a row; 0 for no such file. */
  readonly everySteps: number;
}

/** Writes rows, and says what is written so far. */
export interface CsvRecorder extends TrainListener {
  /**
   * The files as they are now, once they are on the disk: what a checkpoint says was on record.
   * @throws UserError `io` naming the file
   */
  readonly records: () => Promise<RecordedFile[]>;
}

/**
 * Writes metrics.csv, gradients.csv and, when asked for, steps.csv. When a run starts they are brought to the state
 * that its checkpoint recorded, so that it ends with the bytes of one that was never interrupted. The rows of an event
 * are on the disk when `on` resolves: a trainer that awaits it before it saves the checkpoint never has a checkpoint
 * ahead of its rows.
 */
export function csvRecorder(directory: string, options: CsvRecorderOptions): CsvRecorder {
  const metrics = new CsvFile(directory, metricsTable);
  const gradients = new CsvFile(directory, gradientsTable);
  const steps = new CsvFile(directory, stepsTable);
  let files: readonly CsvFile[] = [];
  const syncAll = async (): Promise<void> => {
    await Promise.all(files.map((file) => file.sync()));
  };
  return {
    async on(event) {
      if (event.type === 'run-started') {
        const recorded = new Map(event.resumedFrom?.records.map((record) => [record.file, record]));
        // Rows of an earlier attempt are kept, even when no more are wanted.
        const hasSteps = options.everySteps > 0 || recorded.has(stepsTable.fileName);
        files = [metrics, gradients, ...(hasSteps ? [steps] : [])];
        if (event.resumedFrom !== undefined) requireAll(recorded, [metrics, gradients]);
        for (const file of files) await file.truncateTo(recorded.get(file.name));
      } else if (event.type === 'step') {
        if (event.step % options.everySteps === 0) await steps.append([stepRow(event)]);
      } else if (event.type === 'epoch') {
        await gradients.append(event.layers.map((layer) => gradientRow(event.metrics.epoch, layer)));
        await metrics.append([metricsRow(event.metrics)]);
        await syncAll();
      }
    },
    async records() {
      await syncAll();
      return await Promise.all(files.map((file) => file.record()));
    },
  };
}

/** A file of which the checkpoint knows nothing would begin anew in the middle of the run. */
function requireAll(recorded: ReadonlyMap<string, RecordedFile>, files: readonly CsvFile[]): void {
  const unknown = files.find((file) => !recorded.has(file.name));
  if (unknown === undefined) return;
  throw new UserError(
    'checkpoint',
    `${unknown.path}: the checkpoint does not say how far it had grown, so it cannot be continued. ` +
      'Start over in another folder (--out).',
  );
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
