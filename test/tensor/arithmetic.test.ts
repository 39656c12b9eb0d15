import { describe, expect, it } from 'vitest';

import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { partsOf } from '../support/parts.js';
import { randomTensor, tensorOf, upload } from '../support/values.js';

onEveryBackend((engine) => {
  describe('bias', () => {
    it('is added to the last axis of images and of matrices', async () => {
      const bias = tensorOf(engine(), [2], 10, 20);
      const images = engine().biasAdd(tensorOf(engine(), [1, 1, 2, 2], 1, 2, 3, 4), bias);
      expect(images.shape).toEqual([1, 1, 2, 2]);
      expectClose(await engine().read(images), [11, 22, 13, 24]);
      const matrix = engine().biasAdd(tensorOf(engine(), [2, 2], 1, 2, 3, 4), bias);
      expectClose(await engine().read(matrix), [11, 22, 13, 24]);
    });

    it('has the sum over all other axes as its gradient', async () => {
      const images = engine().biasGradient(tensorOf(engine(), [2, 1, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8));
      expectClose(await engine().read(images), [16, 20]);
      const matrix = engine().biasGradient(tensorOf(engine(), [2, 2], 1, 2, 3, 4));
      expectClose(await engine().read(matrix), [4, 6]);
    });
  });

  describe('relu', () => {
    it('is the positive part', async () => {
      const y = partsOf(engine()).relu(tensorOf(engine(), [4], -1, 0, 2, -3));
      expectClose(await engine().read(y), [0, 0, 2, 0]);
    });

    it('lets the gradient through where the output is positive, not at 0', async () => {
      const y = tensorOf(engine(), [4], 0, 0, 2, 1e-30);
      const dx = partsOf(engine()).reluGradient(tensorOf(engine(), [4], 5, 6, 7, 8), y);
      expectClose(await engine().read(dx), [0, 0, 7, 8]);
    });
  });

  it('matMul multiplies with either factor transposed', async () => {
    const a = tensorOf(engine(), [2, 3], 1, 2, 3, 4, 5, 6);
    const aTransposed = tensorOf(engine(), [3, 2], 1, 4, 2, 5, 3, 6);
    const b = tensorOf(engine(), [3, 1], 1, 10, 100);
    const bTransposed = tensorOf(engine(), [1, 3], 1, 10, 100);
    for (const product of [
      engine().matMul(a, b, false, false),
      engine().matMul(aTransposed, b, true, false),
      engine().matMul(a, bTransposed, false, true),
      engine().matMul(aTransposed, bTransposed, true, true),
    ]) {
      expect(product.shape).toEqual([2, 1]);
      expectClose(await engine().read(product), [321, 654]);
    }
  });

  describe('crossEntropy', () => {
    it('is −Σ target · ln softmax, per example', async () => {
      // Softmax of (0, ln 3) is (¼, ¾).
      const logits = tensorOf(engine(), [2, 2], 0, Math.log(3), 0, Math.log(3));
      const targets = tensorOf(engine(), [2, 2], 1, 0, 0.5, 0.5);
      const { loss, gradient } = engine().crossEntropy(logits, targets);
      expect(loss.shape).toEqual([2]);
      expectClose(await engine().read(loss), [Math.log(4), (Math.log(4) + Math.log(4 / 3)) / 2]);
      expectClose(await engine().read(gradient), [-0.75, 0.75, -0.25, 0.25]);
    });

    it('survives logits whose exponentials overflow', async () => {
      const logits = tensorOf(engine(), [3, 2], 1000, 0, -10000, -10000, 3e38, 0);
      const targets = tensorOf(engine(), [3, 2], 0, 1, 1, 0, 1, 0);
      const { loss, gradient } = engine().crossEntropy(logits, targets);
      expectClose(await engine().read(loss), [1000, Math.LN2, 0]);
      expectClose(await engine().read(gradient), [1, -1, -0.5, 0.5, 0, 0]);
    });
  });

  describe('moments', () => {
    it('are the mean, the population variance and the centred tensor', async () => {
      const { mean, variance, centred } = partsOf(engine()).moments(tensorOf(engine(), [2, 2], 1, 2, 3, 6));
      expect([mean.shape, variance.shape, centred.shape]).toEqual([[], [], [2, 2]]);
      expectClose(await engine().read(mean), [3]);
      // (4 + 1 + 0 + 9) / 4
      expectClose(await engine().read(variance), [3.5]);
      expectClose(await engine().read(centred), [-2, -1, 0, 3]);
    });

    it('keep the digits of the variance beside a mean of 1e4', async () => {
      const { data, shape } = randomTensor(1, [10, 10, 10], 0.5);
      const values = data.map((value) => 1e4 + value);
      const mean = values.reduce((sum, value) => sum + value, 0) / 1000;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 1000;
      const moments = partsOf(engine()).moments(upload(engine(), { shape, data: values }));
      expectClose(await engine().read(moments.mean), [mean], { relative: 1e-6 });
      expectClose(await engine().read(moments.variance), [variance], { relative: 1e-4 });
    });

    it('of a single element are itself and 0', async () => {
      const { mean, variance, centred } = partsOf(engine()).moments(tensorOf(engine(), [1], 5));
      expectClose(await engine().read(mean), [5]);
      expectClose(await engine().read(variance), [0]);
      expectClose(await engine().read(centred), [0]);
    });
  });
});
