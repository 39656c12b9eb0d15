import fc from 'fast-check';
import { expect, it } from 'vitest';
import { measureNormalization } from '../../../src/data/folder/normalization.js';

it('is that of the pixels, worked by hand', () => {
  // Two pixels of two channels: 0 and 255, 51 and 51. Of the first the mean is 127.5, and so is the deviation.
  const { mean, std } = measureNormalization(Uint8Array.from([0, 51, 255, 51]), { height: 1, width: 2, channels: 2 });
  expect(mean).toEqual([0.5, 0.2]);
  // Nothing to divide by is 1.
  expect(std).toEqual([0.5, 1]);
});

it('makes pixels of mean 0 and standard deviation 1', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 2, maxLength: 60 }), (pixels) => {
      fc.pre(new Set(pixels).size > 1);
      const { mean, std } = measureNormalization(pixels, { height: 1, width: 1, channels: 1 });
      const values = [...pixels].map((pixel) => (pixel / 255 - (mean[0] ?? NaN)) / (std[0] ?? NaN));
      const sum = (numbers: readonly number[]) => numbers.reduce((total, value) => total + value, 0);
      expect(sum(values) / values.length).toBeCloseTo(0, 9);
      expect(sum(values.map((value) => value ** 2)) / values.length).toBeCloseTo(1, 9);
    }),
  );
});
