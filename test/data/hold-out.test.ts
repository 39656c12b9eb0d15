import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shuffledOrder } from '../../src/data/batches.js';
import { loadDataset } from '../../src/data/cifar.js';
import type { Split } from '../../src/data/dataset.js';
import { divideTraining } from '../../src/data/hold-out.js';
import { namedStream } from '../../src/support/random.js';

/** How many of some records each class has. */
function counts(labels: Uint8Array | Uint16Array, classes: number, records: Iterable<number>): number[] {
  const found = new Array<number>(classes).fill(0);
  for (const record of records) {
    const label = labels[record] ?? 0;
    found[label] = (found[label] ?? 0) + 1;
  }
  return found;
}

/** Each image as a text. */
function imagesOf({ images, count }: Split): string[] {
  const bytes = Buffer.from(images);
  const size = images.length / count;
  return Array.from({ length: count }, (_, image) => bytes.toString('latin1', image * size, (image + 1) * size));
}

const divisions = fc
  .record({
    classes: fc.integer({ min: 1, max: 4 }),
    codes: fc.array(fc.nat(), { minLength: 2, maxLength: 60 }),
    shares: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
  })
  .map(({ classes, codes, shares: [held, used] }) => {
    const labels = Uint8Array.from(codes, (code) => code % classes);
    const validation = 1 + Math.floor(held * (labels.length - 2));
    const trainSamples = 1 + Math.floor(used * (labels.length - validation - 1));
    return { classes, labels, validation, trainSamples };
  });

describe('divideTraining', () => {
  it('takes of each class the records that come first in a fixed order, and trains on the rest', () => {
    // The order of six records, whatever is in them, that the stream of this name gives.
    expect([...shuffledOrder(6, namedStream('validation'))]).toEqual([2, 3, 5, 4, 0, 1]);
    const labels = Uint8Array.of(1, 0, 1, 0, 0, 1);
    // Class 0 has records 3, 4, 1 in that order, class 1 has 2, 5, 0; three are 3 and 2, then class 0 again: 4.
    const { train, validation } = divideTraining(labels, 2, { validation: 3 });
    expect([...(validation ?? [])]).toEqual([2, 3, 4]);
    expect([...train]).toEqual([0, 1, 5]);
    // Of the rest two, in turns and in file order: 1 of class 0, 0 of class 1.
    expect([...divideTraining(labels, 2, { validation: 3, trainSamples: 2 }).train]).toEqual([0, 1]);
  });

  it('holds nothing out, and leaves the subset as it was, where that is not asked for', () => {
    const labels = Uint8Array.of(1, 1, 0, 0);
    expect(divideTraining(labels, 2, {})).toEqual({ train: Uint32Array.of(0, 1, 2, 3), validation: undefined });
    expect([...divideTraining(labels, 2, { trainSamples: 2 }).train]).toEqual([0, 2]);
  });

  it('refuses more than there is', () => {
    const labels = Uint8Array.of(0, 1, 0, 1);
    expect(() => divideTraining(labels, 2, { validation: 5 })).toThrow(RangeError);
    expect(() => divideTraining(labels, 2, { validation: 3, trainSamples: 2 })).toThrow(RangeError);
  });

  it('has no record in both, uses all, balances classes, and holds out what a smaller share does', () => {
    fc.assert(
      fc.property(divisions, ({ classes, labels, validation, trainSamples }) => {
        const { train, validation: held = new Uint32Array() } = divideTraining(labels, classes, { validation });
        expect(held).toHaveLength(validation);
        expect([...held, ...train].sort((a, b) => a - b)).toEqual([...labels.keys()]);
        expect([...train]).toEqual([...train].sort((a, b) => a - b));
        // A class that gave fewer than another by more than one has nothing left.
        const [given, left] = [counts(labels, classes, held), counts(labels, classes, train)];
        const most = Math.max(...given);
        for (const [label, count] of given.entries()) {
          if (count < most - 1) expect(left[label]).toBe(0);
        }
        const fewer = divideTraining(labels, classes, { validation: Math.max(validation - 1, 1) });
        expect([...held]).toEqual(expect.arrayContaining([...(fewer.validation ?? [])]));
        const some = divideTraining(labels, classes, { validation, trainSamples });
        expect(some.validation).toEqual(held);
        expect(some.train).toHaveLength(trainSamples);
        expect([...train]).toEqual(expect.arrayContaining([...some.train]));
      }),
    );
  });
});

describe('the embedded subset', () => {
  it('holds out one image of each class, the same with and without trainSamples, and trains on the others', async () => {
    const load = (samples: object) =>
      loadDataset({ name: 'cifar100-mini', directory: '/nowhere', ...samples });
    const whole = await load({});
    const { train, validation, test } = await load({ validation: 100 });
    expect(whole.validation).toBeUndefined();
    if (validation === undefined) throw new Error('nothing is held out');
    expect([train.count, validation.count, test.count]).toEqual([900, 100, 500]);
    expect(new Set(counts(validation.labels, 100, Array(100).keys()))).toEqual(new Set([1]));
    expect(new Set(counts(train.labels, 100, Array(900).keys()))).toEqual(new Set([9]));
    const all = new Set([...imagesOf(train), ...imagesOf(validation)]);
    expect(all.size).toBe(1000);
    expect(imagesOf(whole.train).filter((image) => !all.has(image))).toEqual([]);
    const fewer = await load({ validation: 100, trainSamples: 200 });
    expect(imagesOf(fewer.validation ?? train)).toEqual(imagesOf(validation));
    expect(new Set(counts(fewer.train.labels, 100, Array(200).keys()))).toEqual(new Set([2]));
    expect(fewer.train.images.length).toBe(200 * 3072);
  });
});
