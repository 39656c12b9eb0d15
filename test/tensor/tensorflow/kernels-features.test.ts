import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import type { FeatureTensors } from '../../../src/tensor/engine.js';
import { withKernels } from '../../support/backends.js';
import { expectClose } from '../../support/close.js';
import { plain } from '../../support/units.js';
import { alikeChannels, everyChannel, randomTensor, tensorOf, upload } from '../../support/values.js';

withKernels((engine) => {
  const images = (shape: readonly number[], ...pixels: readonly number[]) =>
    alikeChannels(engine(), shape, pixels);
  /** Images that are still to become relu(factor · pixel + term). */
  const lazy = (shape: readonly number[], factor: number, term: number, ...pixels: readonly number[]) => ({
    values: images(shape, ...pixels),
    affine: tensorOf(engine(), [2, 16], ...everyChannel([factor, term])),
  });
  const random = (seed: number, shape: readonly number[]) => upload(engine(), randomTensor(seed, shape));
  /** Every channel with a factor and a term of its own. */
  const randomFeatures = (shape: readonly number[]): FeatureTensors => ({
    values: random(1, shape),
    affine: random(2, [2, shape.at(-1) ?? 0]),
  });

  describe('materialize', () => {
    it('writes relu(factor · value + term) down', async () => {
      const y = engine().materialize(lazy([1, 1, 4], -2, 3, 1, 2, -1, 0));
      expect(y.shape).toEqual([1, 1, 4, 16]);
      expectClose(await engine().read(y), everyChannel([1, 0, 5, 3]));
    });

    it('takes the factor and the term of each channel', async () => {
      const features = randomFeatures([2, 3, 5, 48]);
      expectClose(await engine().read(engine().materialize(features)), await engine().read(plain(features)));
    });

    it('gives features that are written down as they are', async () => {
      const y = engine().materialize({ values: images([1, 1, 2], -1, 2) });
      expectClose(await engine().read(y), everyChannel([-1, 2]));
    });
  });

  describe('maxPool', () => {
    it('takes the largest of each 2 × 2 window', async () => {
      const y = engine().maxPool({ values: images([1, 2, 4], 1, 2, 0, 9, 4, 3, 5, 6) });
      expect(y.shape).toEqual([1, 1, 2, 16]);
      expectClose(await engine().read(y), everyChannel([4, 9]));
    });

    it('takes the largest of negative elements too', async () => {
      const y = engine().maxPool({ values: images([1, 2, 2], -4, -3, -1, -2) });
      expectClose(await engine().read(y), everyChannel([-1]));
    });

    it('pools what is still to be normalized', async () => {
      // relu(1 − pixel): 3, 0, 2, 0 and 0, 0, 0, 0.
      const y = engine().maxPool(lazy([1, 2, 4], -1, 1, -2, 1, 5, 2, -1, 3, 4, 1));
      expectClose(await engine().read(y), everyChannel([3, 0]));
    });

    it('gives the gradient to the largest element, a negative one too', async () => {
      const x = { values: images([1, 2, 4], 1, 2, -4, -3, 4, 3, -1, -2) };
      const dx = engine().maxPoolGradient(images([1, 1, 2], 10, 20), x, engine().maxPool(x));
      expectClose(await engine().read(dx), everyChannel([0, 0, 0, 0, 10, 0, 20, 0]));
    });

    it('gives the gradient of a tie to the first element in row order', async () => {
      const rows = [
        [7, 7, 1, 2],
        [7, 3, 2, 2],
        [0, 1, 5, 4],
        [1, 1, 4, 5],
      ];
      const x = { values: images([1, 4, 4], ...rows.flat()) };
      const dx = engine().maxPoolGradient(images([1, 2, 2], 10, 20, 30, 40), x, engine().maxPool(x));
      const expected = [
        [10, 0, 0, 20],
        [0, 0, 0, 0],
        [0, 30, 40, 0],
        [0, 0, 0, 0],
      ];
      expectClose(await engine().read(dx), everyChannel(expected.flat()));
    });

    it('gives the gradient to the largest after normalization', async () => {
      // relu(1 − pixel): 0, 3, 2, 0.
      const x = lazy([1, 2, 2], -1, 1, 5, -2, -1, 3);
      const dx = engine().maxPoolGradient(images([1, 1, 1], 10), x, engine().maxPool(x));
      expectClose(await engine().read(dx), everyChannel([0, 10, 0, 0]));
    });

    it.each([
      ['channel by channel', [3, 6, 10, 48]],
      ['images of an odd height, without the kernels', [2, 5, 4, 16]],
      ['channels that fill no vector, without the kernels', [2, 4, 4, 20]],
    ])('agrees with pooling what was written down, %s', async (_, shape) => {
      const features = shape.at(-1) === 20 ? { values: random(1, shape) } : randomFeatures(shape);
      const written = { values: plain(features) };
      const y = engine().maxPool(features);
      expectClose(await engine().read(y), await engine().read(engine().maxPool(written)));
    });
  });

  describe('subsample', () => {
    it('takes every second pixel and pads the channels on either side', async () => {
      const y = engine().subsample(images([1, 2, 4], 1, 2, 3, 4, 5, 6, 7, 8), 32);
      expect(y.shape).toEqual([1, 1, 2, 32]);
      const pixel = (value: number) =>
        [0, value, 0].flatMap((v, i) => Array<number>(i === 1 ? 16 : 8).fill(v));
      expect([...(await engine().read(y))]).toEqual([...pixel(1), ...pixel(3)]);
    });

    it('keeps images and channels apart', async () => {
      const x = random(1, [3, 4, 6, 32]);
      const kept = tf.stridedSlice(x, [0, 0, 0, 0], [3, 4, 6, 32], [1, 2, 2, 1]);
      const expected = tf.pad(kept, [
        [0, 0],
        [0, 0],
        [0, 0],
        [16, 16],
      ]);
      expect(await engine().read(engine().subsample(x, 64))).toEqual(await engine().read(expected));
    });

    it('returns the gradient to the pixels that were taken', async () => {
      const x = images([1, 2, 4], 0, 0, 0, 0, 0, 0, 0, 0);
      const pixel = (value: number) =>
        [9, value, 9].flatMap((v, i) => Array<number>(i === 1 ? 16 : 8).fill(v));
      const dy = tensorOf(engine(), [1, 1, 2, 32], ...pixel(1), ...pixel(2));
      const dx = engine().subsampleGradient(dy, x);
      expect(dx.shape).toEqual([1, 2, 4, 16]);
      expect([...(await engine().read(dx))]).toEqual(everyChannel([1, 0, 2, 0, 0, 0, 0, 0]));
    });
  });

  describe('globalAveragePool', () => {
    it('averages what is still to be normalized', async () => {
      // relu(1 − pixel): 3, 0, 2, 0.
      const y = engine().globalAveragePool(lazy([1, 2, 2], -1, 1, -2, 5, -1, 3));
      expect(y.shape).toEqual([1, 16]);
      expectClose(await engine().read(y), everyChannel([1.25]));
    });

    it('spreads the gradient evenly', async () => {
      const x = lazy([1, 1, 2], -1, 1, 0, 5);
      const dx = engine().globalAveragePoolGradient(tensorOf(engine(), [1, 16], ...everyChannel([6])), x);
      expectClose(await engine().read(dx), everyChannel([3, 3]));
    });
  });
});
