import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { assembleBatch, shuffledOrder } from '../../src/data/batches.js';
import { mixBatch } from '../../src/data/mixing.js';
import { type BatchSettings, epochOrder, targetsOf, trainingBatch } from '../../src/train/batch.js';
import { randomStream } from '../../src/train/random.js';
import { expectClose } from '../support/close.js';
import { randomDataset } from '../support/runs.js';

const plain: BatchSettings = {
  batchSize: 2,
  shuffle: true,
  augmentation: 'none',
  regularization: {},
  labelSmoothing: 0,
};
const place = { seed: 42, epoch: 0, index: 0 };
const inOrder = epochOrder(7, false, 42, 0);

describe('the order of an epoch', () => {
  it('has every image once', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.boolean(), fc.nat(), fc.nat(500), (count, shuffle, seed, epoch) => {
        const order = epochOrder(count, shuffle, seed, epoch);
        expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
    );
  });

  it('is that of the file when it is not shuffled', () => {
    expect(Array.from(epochOrder(5, false, 42, 3))).toEqual([0, 1, 2, 3, 4]);
  });

  it('is another one in each epoch and for each seed, and the same when asked for again', () => {
    const orders = [
      [42, 0],
      [42, 1],
      [43, 0],
    ].map(([seed = 0, epoch = 0]) => epochOrder(50, true, seed, epoch).join());
    expect(new Set(orders).size).toBe(3);
    expect(epochOrder(50, true, 42, 0).join()).toBe(orders[0]);
  });
});

describe('a batch', () => {
  it('has the images at its place in the order', () => {
    const order = Uint32Array.of(6, 2, 0, 5, 1, 3, 4);
    const { images, labels } = trainingBatch(randomDataset, order, plain, { ...place, index: 1 });
    // Labels go 0, 1, 2, 0, …, so images 0 and 5 have labels 0 and 2.
    expect(Array.from(labels)).toEqual([0, 2]);
    const bytes = [0, 5].flatMap((image) =>
      Array.from(randomDataset.train.images.slice(image * 3072, (image + 1) * 3072)),
    );
    expectClose(
      images,
      bytes.map((byte) => (byte / 255 - 0.5) / 0.25),
    );
  });

  it('depends on its place alone, not on the batches before it', () => {
    const settings = {
      ...plain,
      augmentation: 'crop-flip',
      regularization: { cutmix: 1, mixup: 0.2 },
    } as const;
    const at = (index: number) => trainingBatch(randomDataset, inOrder, settings, { ...place, index });
    const later = at(2);
    at(0);
    at(1);
    expect(at(2)).toEqual(later);
  });

  it('is augmented in another way in each epoch and at each place', () => {
    const settings = { ...plain, batchSize: 1, augmentation: 'crop-flip' } as const;
    const image = Uint32Array.of(0, 0, 0, 0);
    const images = [0, 1, 2].flatMap((epoch) =>
      [0, 1, 2, 3].map((index) =>
        trainingBatch(randomDataset, image, settings, { ...place, epoch, index }).images.join(),
      ),
    );
    expect(new Set(images).size).toBeGreaterThan(9);
  });

  it('without mixing has targets of one label each', () => {
    const { targets, mixture } = trainingBatch(randomDataset, inOrder, plain, place);
    expect(mixture).toBeUndefined();
    expect(Array.from(targets)).toEqual([1, 0, 0, 0, 1, 0]);
  });

  it.each([{ cutmix: 1 }, { mixup: 0.4 }])(
    'with %o shares its targets between two labels',
    (regularization) => {
      const settings = { ...plain, batchSize: 3, regularization };
      const { labels, targets, mixture } = trainingBatch(randomDataset, inOrder, settings, place);
      if (mixture === undefined) throw new Error('not mixed');
      const expected = new Float32Array(9);
      labels.forEach((label, row) => {
        const other = mixture.labels[row] ?? NaN;
        expected[row * 3 + label] = (expected[row * 3 + label] ?? 0) + mixture.share;
        expected[row * 3 + other] = (expected[row * 3 + other] ?? 0) + 1 - mixture.share;
      });
      expectClose(targets, expected);
    },
  );
});

describe('the random numbers of a batch', () => {
  const place = { seed: 42, epoch: 3, index: 1 };
  const order = epochOrder(7, true, 42, 3);
  const indices = order.subarray(3, 6);
  const { train, image, normalization } = randomDataset;
  const settings = { ...plain, batchSize: 3 };

  it('come from a stream for each purpose, named by seed, epoch and place', () => {
    expect(order).toEqual(shuffledOrder(7, randomStream(42, 'shuffle', 3)));

    const augmentation = 'crop-flip';
    const random = randomStream(42, 'augmentation', 3, 1);
    const augmented = assembleBatch(train, indices, { image, augmentation, normalization, random });
    const batch = trainingBatch(randomDataset, order, { ...settings, augmentation }, place);
    expect(batch.images).toEqual(augmented.images);

    const regularization = { cutmix: 1, mixup: 0.4 };
    const { labelsB, lambda } = mixBatch(augmented, regularization, randomStream(42, 'mixing', 3, 1));
    const mixed = trainingBatch(randomDataset, order, { ...settings, augmentation, regularization }, place);
    expect(mixed.mixture).toEqual({ labels: labelsB, share: lambda });
    expect(mixed.images).toEqual(augmented.images);
  });
});

describe('targets', () => {
  const labels = Int32Array.of(2, 0);

  it('with label smoothing 0.1 over 4 classes give 0.025 to all and 0.9 more to the label', () => {
    const wrong = 0.025;
    const right = 0.925;
    expectClose(targetsOf(labels, undefined, 4, 0.1), [
      wrong,
      wrong,
      right,
      wrong,
      right,
      wrong,
      wrong,
      wrong,
    ]);
  });

  it('with smoothing 0.2 and a share of 0.75 split the other 0.8 as 0.6 and 0.2', () => {
    const mixture = { labels: Int32Array.of(1, 0), share: 0.75 };
    // A label that is mixed with itself has both.
    expectClose(targetsOf(labels, mixture, 4, 0.2), [0.05, 0.25, 0.65, 0.05, 0.85, 0.05, 0.05, 0.05]);
  });

  it('are distributions: no entry is negative and each row sums to 1', () => {
    const cases = fc.record({
      pairs: fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 8 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      smoothing: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ pairs, share, smoothing }) => {
        const [own, other] = [0, 1].map((side) => Int32Array.from(pairs, (pair) => pair[side] ?? 0));
        if (own === undefined || other === undefined) throw new Error('no labels');
        const targets = targetsOf(own, { labels: other, share }, 5, smoothing);
        expect(targets.every((target) => target >= 0)).toBe(true);
        const sums = pairs.map((_, row) =>
          targets.subarray(row * 5, row * 5 + 5).reduce((sum, x) => sum + x, 0),
        );
        expectClose(sums, Array<number>(pairs.length).fill(1));
      }),
    );
  });
});
