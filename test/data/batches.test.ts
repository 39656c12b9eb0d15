import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleBatch, shuffledOrder } from '../../src/data/batches.js';
import type { RandomSource, Split } from '../../src/data/dataset.js';
import { valuesOf } from '../../src/support/images.js';
import { cifarTask } from '../support/tasks.js';

const { image } = cifarTask(100);
const IMAGE_BYTES = valuesOf(image);

/** mean 0 and std 1: values are bytes / 255, and padding is 0. */
const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
const cifar = { mean: [0.5071, 0.4867, 0.4408], std: [0.2675, 0.2565, 0.2761] } as const;

/** Images whose bytes are never 0, so that padding is known by its value. */
const split: Split = {
  count: 3,
  images: Uint8Array.from({ length: 3 * IMAGE_BYTES }, (_, i) => 1 + ((i * 31 + (i >> 8)) % 255)),
  labels: Uint8Array.of(7, 8, 9),
};

/** Gives the numbers one after the other, from the start again when they are used up. */
function sequence(...numbers: number[]): RandomSource {
  let next = 0;
  return () => numbers[next++ % numbers.length] ?? 0;
}

/** The numbers that make crop-flip choose this crop (offsets -4 to 4) and this flip. */
function choose(top: number, left: number, flip: boolean): RandomSource {
  return sequence((top + 4.5) / 9, (left + 4.5) / 9, flip ? 0.49 : 0.5);
}

function augmented(index: number, random: RandomSource): Float32Array {
  return assembleBatch(split, [index], { image, augmentation: 'crop-flip', normalization: plain, random }).images;
}

function at(images: ArrayLike<number>, row: number, column: number, channel: number): number | undefined {
  return images[(row * 32 + column) * 3 + channel];
}

const never: RandomSource = () => {
  throw new Error('a number was drawn');
};

const offset = fc.integer({ min: -4, max: 4 });
const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('a shuffled order', () => {
  it('is the one that Fisher-Yates gives, worked by hand', () => {
    // [0,1,2,3]: 3 <-> floor(0.5*4)=2 -> [0,1,3,2]; 2 <-> floor(0*3)=0 -> [3,1,0,2]; 1 <-> floor(0.9*2)=1.
    expect([...shuffledOrder(4, sequence(0.5, 0, 0.9))]).toEqual([3, 1, 0, 2]);
  });

  it('is a permutation', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.array(unit, { minLength: 1 }), (count, numbers) => {
        const order = shuffledOrder(count, sequence(...numbers));
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
    );
  });

  it('gives all six orders of three equally often', () => {
    // Six equal parts for the first and second number together: every order exactly once.
    const orders = [0, 1, 2].flatMap((first) =>
      [0, 1].map((second) =>
        shuffledOrder(3, sequence((first + 0.5) / 3, (second + 0.5) / 2)).join(''),
      ),
    );
    expect(new Set(orders)).toHaveLength(6);
  });
});

describe('a batch', () => {
  it('has the images and labels of the indices, normalized by channel', () => {
    const batch = assembleBatch(split, Uint32Array.of(2, 0), {
      image,
      augmentation: 'none',
      normalization: cifar,
      random: never,
    });
    expect([...batch.labels]).toEqual([9, 7]);
    expect(batch.images).toHaveLength(2 * IMAGE_BYTES);
    for (const i of [0, 1, 2, 500, 3071]) {
      const channel = i % 3;
      const byte = split.images[2 * IMAGE_BYTES + i] ?? 0;
      expect(batch.images[i]).toBe(
        Math.fround((byte / 255 - (cifar.mean[channel] ?? 0)) / (cifar.std[channel] ?? 0)),
      );
    }
  });

  it('refuses a normalization of other channels', () => {
    const options = { image: { ...image, channels: 1 }, augmentation: 'none', normalization: { ...cifar } } as const;
    expect(() => assembleBatch(split, [0], { ...options, random: never })).toThrow(
      'a normalization of 3 channels for images of 1',
    );
  });

  it('refuses an index that is not in the split', () => {
    const options = { image, augmentation: 'none', normalization: plain, random: never } as const;
    expect(() => assembleBatch(split, [3], options)).toThrow(RangeError);
  });
});

describe('crop and flip', () => {
  it('is the identity for the middle crop without flip', () => {
    const none = assembleBatch(split, [0, 1, 2], { image, augmentation: 'none', normalization: cifar, random: never });
    const middle = assembleBatch(split, [0, 1, 2], {
      image,
      augmentation: 'crop-flip',
      normalization: cifar,
      random: choose(0, 0, false),
    });
    expect(middle.images).toEqual(none.images);
  });

  it('takes every pixel from the padded image', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 }), offset, offset, fc.boolean(), (image, top, left, flip) => {
        const source = split.images.subarray(image * IMAGE_BYTES, (image + 1) * IMAGE_BYTES);
        const result = augmented(image, choose(top, left, flip));
        for (let row = 0; row < 32; row++)
          for (let column = 0; column < 32; column++) {
            const [y, x] = [row + top, (flip ? 31 - column : column) + left];
            const inside = y >= 0 && y < 32 && x >= 0 && x < 32;
            for (let channel = 0; channel < 3; channel++) {
              const expected = inside ? Math.fround((at(source, y, x, channel) ?? 0) / 255) : 0;
              if (at(result, row, column, channel) !== expected) expect.fail(`${row} ${column} ${channel}`);
            }
          }
      }),
    );
  });

  it('takes every pixel from the padded image, whatever the size', () => {
    const side = fc.integer({ min: 1, max: 9 });
    const shapes = fc.record({ height: side, width: side, channels: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(shapes, offset, offset, fc.boolean(), (shape, top, left, flip) => {
        const { height, width, channels } = shape;
        const images = Uint8Array.from({ length: valuesOf(shape) }, (_, i) => 1 + (i % 255));
        const normalization = {
          mean: new Array<number>(channels).fill(0),
          std: Array.from({ length: channels }, (_, channel) => 1 + channel),
        };
        const result = assembleBatch({ count: 1, images, labels: Uint8Array.of(0) }, [0], {
          ...{ image: shape, augmentation: 'crop-flip', normalization },
          random: choose(top, left, flip),
        });
        expect(result.image).toBe(shape);
        const expected = new Float32Array(valuesOf(shape));
        expected.forEach((_, i) => {
          const [channel, pixel] = [i % channels, Math.floor(i / channels)];
          const [row, column] = [Math.floor(pixel / width), pixel % width];
          const [y, x] = [row + top, (flip ? width - 1 - column : column) + left];
          if (y < 0 || y >= height || x < 0 || x >= width) return;
          expected[i] = (images[(y * width + x) * channels + channel] ?? 0) / 255 / (1 + channel);
        });
        expect(result.images).toEqual(expected);
      }),
    );
  });

  it('pads with black before normalization, not with zeros after it', () => {
    const { images } = assembleBatch(split, [0], {
      image,
      augmentation: 'crop-flip',
      normalization: cifar,
      random: choose(-4, 0, false),
    });
    // (0 - 0.5071) / 0.2675 = -1.89570, (0 - 0.4867) / 0.2565 = -1.89747, (0 - 0.4408) / 0.2761 = -1.59652
    expect(images[0]).toBeCloseTo(-1.8957, 5);
    expect(images[1]).toBeCloseTo(-1.89747, 5);
    expect(images[2]).toBeCloseTo(-1.59652, 5);
  });

  it('flipped twice is the identity', () => {
    const once = augmented(0, choose(0, 0, true));
    const bytes = Uint8Array.from(once, (value) => Math.round(value * 255));
    const twice = assembleBatch({ count: 1, images: bytes, labels: Uint8Array.of(0) }, [0], {
      image,
      augmentation: 'crop-flip',
      normalization: plain,
      random: choose(0, 0, true),
    });
    expect(once).not.toEqual(augmented(0, choose(0, 0, false)));
    expect(twice.images).toEqual(augmented(0, choose(0, 0, false)));
  });

  it('draws three numbers an image: row, column, flip', () => {
    let drawn = 0;
    const random = (): number => (drawn++, 0.4);
    assembleBatch(split, [0, 1], { image, augmentation: 'crop-flip', normalization: plain, random });
    expect(drawn).toBe(6);
  });

  it('reaches every offset from -4 to 4 and no other', () => {
    const top = (number: number): number | undefined =>
      Array.from({ length: 9 }, (_, i) => i - 4).find((offset) => {
        const expected = augmented(0, choose(offset, 0, false));
        return augmented(0, sequence(number, 0.5, 0.5)).every((value, i) => value === expected[i]);
      });
    expect([0, 0.112, 0.5, 0.888, 0.889, 1 - 2 ** -53].map(top)).toEqual([-4, -3, 0, 3, 4, 4]);
  });
});
