import fc from 'fast-check';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import type { RandomSource } from '../../src/data/dataset.js';
import type { Batch } from '../../src/data/batches.js';
import { mixBatch } from '../../src/data/mixing.js';
import { valuesOf } from '../../src/support/images.js';
import { cifarTask } from '../support/tasks.js';

const { image } = cifarTask(100);
const IMAGE_BYTES = valuesOf(image);
const PIXELS = 32 * 32;

/** A batch whose image i has the label i + 1 and that value everywhere, so that every value tells where it is from. */
function batchOf(count: number): Batch {
  return {
    image,
    images: Float32Array.from({ length: count * IMAGE_BYTES }, (_, i) => Math.floor(i / IMAGE_BYTES) + 1),
    labels: Int32Array.from({ length: count }, (_, i) => i + 1),
  };
}

function seeded(seed: number): RandomSource {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** Gives the numbers one after the other, and fails when they are used up. */
function exactly(...numbers: number[]): RandomSource {
  return () => {
    const number = numbers.shift();
    if (number === undefined) throw new Error('one number too many was drawn');
    return number;
  };
}

const seeds = fc.integer();
const beta = fc.double({ min: 0.05, max: 4, noNaN: true });

describe('CutMix', () => {
  it('pastes the box of the reference code, worked by hand', () => {
    const { images, labels } = batchOf(2);
    // Beta(1, 1) as X / (X + Y) of two equal exponentials: lambda 0.5. Permutation: 1 <-> floor(0 * 2) = 0.
    // Sides floor(32 sqrt(0.5)) = 22, half 11; centre column 16, row 0: rows 0 to 11, columns 5 to 27, 242 pixels.
    const { labelsB, lambda } = mixBatch({ image, images, labels }, { cutmix: 1 }, exactly(0.3, 0.3, 0, 0.5, 0));
    expect([...labelsB]).toEqual([2, 1]);
    expect(lambda).toBe(1 - 242 / 1024);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      const inBox = Math.floor(pixel / 32) < 11 && pixel % 32 >= 5 && pixel % 32 < 27;
      for (let channel = 0; channel < 3; channel++) {
        expect(images[pixel * 3 + channel]).toBe(inBox ? 2 : 1);
        expect(images[IMAGE_BYTES + pixel * 3 + channel]).toBe(inBox ? 1 : 2);
      }
    }
  });

  it('measures the box by the sides of an image that is not square', () => {
    const small = { height: 4, width: 8, channels: 1 };
    const images = Float32Array.from({ length: 2 * 32 }, (_, i) => Math.floor(i / 32) + 1);
    // Lambda 0.5: floor(8 sqrt(0.5)) = 5, half 2, and floor(4 sqrt(0.5)) = 2, half 1. Centre column 4, row 2:
    // rows 1 to 3, columns 2 to 6.
    const { lambda } = mixBatch(
      { image: small, images, labels: Int32Array.of(1, 2) },
      { cutmix: 1 },
      exactly(0.3, 0.3, 0, 0.5, 0.5),
    );
    expect(lambda).toBe(1 - 8 / 32);
    const rows = ['11111111', '11222211', '11222211', '11111111'];
    expect(images.slice(0, 32).join('')).toBe(rows.join(''));
  });

  it('keeps exactly the share lambda of every image, and takes the rest from its partner', () => {
    fc.assert(
      fc.property(seeds, beta, fc.integer({ min: 1, max: 5 }), (seed, cutmix, count) => {
        const { images, labels } = batchOf(count);
        const { labelsB, lambda } = mixBatch({ image, images, labels }, { cutmix }, seeded(seed));
        labels.forEach((own, image) => {
          const values = images.subarray(image * IMAGE_BYTES, (image + 1) * IMAGE_BYTES);
          const kept = values.filter((value) => value === own).length;
          const taken = values.filter((value) => value === labelsB[image]).length;
          const alone = labelsB[image] === own;
          expect([kept, taken]).toEqual(
            alone ? [IMAGE_BYTES, IMAGE_BYTES] : [lambda * IMAGE_BYTES, (1 - lambda) * IMAGE_BYTES],
          );
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('mixup', () => {
  it('blends with the partner, worked by hand', () => {
    const { images, labels } = batchOf(2);
    // Exponentials -ln(1 - u): u = 0.75 gives 2 ln 2, u = 0.5 gives ln 2, so lambda = 2/3; permutation [1, 0].
    const { labelsB, lambda } = mixBatch({ image, images, labels }, { mixup: 1 }, exactly(0.75, 0.5, 0));
    expect(lambda).toBeCloseTo(2 / 3, 12);
    expect([...labelsB]).toEqual([2, 1]);
    expect(images[0]).toBeCloseTo(4 / 3, 6);
    expect(images[2 * IMAGE_BYTES - 1]).toBeCloseTo(5 / 3, 6);
  });

  it('makes every image lambda of itself and 1 - lambda of its partner', () => {
    fc.assert(
      fc.property(seeds, beta, fc.integer({ min: 1, max: 5 }), (seed, mixup, count) => {
        const { images, labels } = batchOf(count);
        const { labelsB, lambda } = mixBatch({ image, images, labels }, { mixup }, seeded(seed));
        expect(lambda).toBeGreaterThanOrEqual(0);
        expect(lambda).toBeLessThanOrEqual(1);
        labels.forEach((own, image) => {
          const expected = lambda * own + (1 - lambda) * (labelsB[image] ?? 0);
          const values = images.subarray(image * IMAGE_BYTES, (image + 1) * IMAGE_BYTES);
          expect(values.every((value) => Math.abs(value - expected) < 1e-5)).toBe(true);
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('mixing', () => {
  it('takes partners by a permutation of the batch', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { images, labels } = batchOf(6);
        const { labelsB } = mixBatch({ image, images, labels }, { cutmix: 1, mixup: 0.2 }, seeded(seed));
        expect([...labelsB].sort()).toEqual([...labels]);
        expect([...labels]).toEqual([1, 2, 3, 4, 5, 6]);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['CutMix', 0.49, true],
    ['mixup', 0.5, false],
  ])('with both set does %s when the first number is %d', (_, first, pasted) => {
    const { images, labels } = batchOf(2);
    mixBatch({ image, images, labels }, { cutmix: 1, mixup: 1 }, exactly(first, 0.3, 0.3, 0, 0.5, 0.5));
    expect(images.every((value) => Number.isInteger(value))).toBe(pasted);
  });

  it('draws and changes nothing when neither is set', () => {
    const { images, labels } = batchOf(2);
    const mixture = mixBatch({ image, images, labels }, {}, exactly());
    expect(mixture).toEqual({ labelsB: labels, lambda: 1 });
    expect(images).toEqual(batchOf(2).images);
  });

  it('is the same for the same numbers', () => {
    const [one, two] = [batchOf(4), batchOf(4)];
    const options = { cutmix: 0.7, mixup: 0.3 };
    expect(mixBatch(one, options, seeded(5))).toEqual(
      mixBatch(two, options, seeded(5)),
    );
    expect(one).toEqual(two);
  });

  it('refuses images and labels that do not belong together', () => {
    expect(() => mixBatch({ ...batchOf(1), labels: new Int32Array(2) }, {}, exactly())).toThrow(
      '2 labels for 1 images',
    );
  });
});
