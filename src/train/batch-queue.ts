import type { Dataset } from '../data/dataset.js';
import { type BatchSettings, epochOrder, type TrainingBatch, trainingBatch } from './batch.js';

/** From the first index up to the one before `to`. */
interface IndexRange {
  readonly from: number;
  readonly to: number;
}

/** Batches in their order. The next one can be assembled ahead, while the device is at work on the one that was taken. */
export class BatchQueue {
  readonly #assemble: (index: number) => TrainingBatch;
  readonly #end: number;
  #index: number;
  #next: TrainingBatch | undefined;

  /** @param range - Nothing beyond its end is assembled ahead. */
  constructor(assemble: (index: number) => TrainingBatch, range: IndexRange) {
    this.#assemble = assemble;
    this.#index = range.from;
    this.#end = range.to;
  }

  take(): TrainingBatch {
    const batch = this.#next ?? this.#assemble(this.#index);
    this.#next = undefined;
    this.#index++;
    return batch;
  }

  prepare(): void {
    if (this.#index < this.#end) this.#next ??= this.#assemble(this.#index);
  }
}

/** The batches of an epoch. */
export function epochBatches(
  dataset: Dataset,
  settings: BatchSettings,
  { seed, epoch }: { readonly seed: number; readonly epoch: number },
  range: IndexRange,
): BatchQueue {
  const order = epochOrder(dataset.train.count, settings.shuffle, seed, epoch);
  return new BatchQueue((index) => trainingBatch(dataset, order, settings, { seed, epoch, index }), range);
}
