import { describe, expect, it } from 'vitest';

import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { tensorOf } from '../support/values.js';

onEveryBackend((engine) => {
  describe('maxPool', () => {
    it('takes the largest of each 2 × 2 window, channel by channel', async () => {
      const x = {
        values: tensorOf(engine(), [1, 2, 4, 2], 1, -1, 2, -2, 0, 0, 9, 1, 4, -4, 3, -3, 5, 7, 6, 2),
      };
      const y = engine().maxPool(x);
      expect(y.shape).toEqual([1, 1, 2, 2]);
      expectClose(await engine().read(y), [4, -1, 9, 7]);
    });

    it('gives the gradient to the largest element', async () => {
      const x = { values: tensorOf(engine(), [1, 2, 4, 1], 1, 2, 0, 9, 4, 3, 5, 6) };
      const dx = engine().maxPoolGradient(tensorOf(engine(), [1, 1, 2, 1], 10, 20), x, engine().maxPool(x));
      expectClose(await engine().read(dx), [0, 0, 0, 20, 10, 0, 0, 0]);
    });

    it('gives the gradient to the largest of negative elements too', async () => {
      const x = { values: tensorOf(engine(), [1, 2, 2, 1], -4, -3, -1, -2) };
      const dx = engine().maxPoolGradient(tensorOf(engine(), [1, 1, 1, 1], 10), x, engine().maxPool(x));
      expectClose(await engine().read(dx), [0, 0, 10, 0]);
    });

    it('gives the gradient of a tie to the first element in row order', async () => {
      const rows = [7, 7, 1, 2, 7, 3, 2, 2, 0, 1, 5, 4, 1, 1, 4, 5];
      const x = { values: tensorOf(engine(), [1, 4, 4, 1], ...rows) };
      const dy = tensorOf(engine(), [1, 2, 2, 1], 10, 20, 30, 40);
      const dx = engine().maxPoolGradient(dy, x, engine().maxPool(x));
      expectClose(await engine().read(dx), [
        ...[10, 0, 0, 20],
        ...[0, 0, 0, 0],
        ...[0, 30, 40, 0],
        ...[0, 0, 0, 0],
      ]);
    });
  });

  describe('subsample, the shortcut of option A', () => {
    const x = () => tensorOf(engine(), [1, 2, 4, 1], 1, 2, 3, 4, 5, 6, 7, 8);

    it('takes every second pixel and pads the channels on either side', async () => {
      const y = engine().subsample(x(), 3);
      expect(y.shape).toEqual([1, 1, 2, 3]);
      expectClose(await engine().read(y), [0, 1, 0, 0, 3, 0]);
    });

    it('leaves the channels alone where their number stays', async () => {
      const y = engine().subsample(x(), 1);
      expect(y.shape).toEqual([1, 1, 2, 1]);
      expectClose(await engine().read(y), [1, 3]);
    });

    it('returns the gradient to the pixels that were taken', async () => {
      const dy = tensorOf(engine(), [1, 1, 2, 3], 10, 20, 30, 40, 50, 60);
      const dx = engine().subsampleGradient(dy, x());
      expect(dx.shape).toEqual([1, 2, 4, 1]);
      expectClose(await engine().read(dx), [20, 0, 50, 0, 0, 0, 0, 0]);
    });
  });

  describe('globalAveragePool', () => {
    const x = () => ({ values: tensorOf(engine(), [2, 1, 2, 2], 1, 2, 3, 6, 10, 20, 30, 60) });

    it('averages over the pixels', async () => {
      const y = engine().globalAveragePool(x());
      expect(y.shape).toEqual([2, 2]);
      expectClose(await engine().read(y), [2, 4, 20, 40]);
    });

    it('spreads the gradient evenly', async () => {
      const dx = engine().globalAveragePoolGradient(tensorOf(engine(), [2, 2], 2, 4, 6, 8), x());
      expect(dx.shape).toEqual([2, 1, 2, 2]);
      expectClose(await engine().read(dx), [1, 2, 1, 2, 3, 4, 3, 4]);
    });
  });
});
