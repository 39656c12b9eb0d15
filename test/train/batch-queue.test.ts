import { describe, expect, it } from 'vitest';

import { type BatchSettings, epochOrder, trainingBatch } from '../../src/train/batch.js';
import { BatchQueue, epochBatches } from '../../src/train/batch-queue.js';
import { randomDataset } from '../support/runs.js';
import { randomBatch } from '../support/training.js';

/** The settings of a training batch of two. */
const settings: BatchSettings = {
  batchSize: 2,
  shuffle: true,
  augmentation: 'crop-flip',
  regularization: {},
  labelSmoothing: 0,
};

describe('the batches of an epoch', () => {
  it('are the same, in the same order, whether they were assembled ahead or not', () => {
    const order = epochOrder(randomDataset.train.count, true, 42, 1);
    const expected = [1, 2].map((index) =>
      trainingBatch(randomDataset, order, settings, { seed: 42, epoch: 1, index }),
    );
    const range = { from: 1, to: 3 };
    const taken = epochBatches(randomDataset, settings, { seed: 42, epoch: 1 }, range);
    expect([taken.take(), taken.take()]).toEqual(expected);
    const ahead = epochBatches(randomDataset, settings, { seed: 42, epoch: 1 }, range);
    ahead.prepare();
    ahead.prepare();
    const first = ahead.take();
    ahead.prepare();
    expect([first, ahead.take()]).toEqual(expected);
  });

  it('are not assembled ahead beyond the last one', () => {
    const assembled: number[] = [];
    const queue = new BatchQueue(
      (index) => {
        assembled.push(index);
        return randomBatch([0], 3);
      },
      { from: 0, to: 1 },
    );
    queue.take();
    queue.prepare();
    expect(assembled).toEqual([0]);
  });
});
