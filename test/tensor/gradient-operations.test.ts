import { describe, expect, it } from 'vitest';

import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { tensorOf, upload } from '../support/values.js';
import { gradientsOfAllSizes, momentsOf, packed, population, vector } from './gradient-values.js';

const RANDOM = gradientsOfAllSizes();
const KERNELS = RANDOM.map(({ shape }) => shape.length === 2);

onEveryBackend((engine, backend) => {
  // wasm adds up in float32, one number after the other: roundings of 2⁻²⁴ that by chance make √n of it, 2e-5 of 100,000.
  const sums = { relative: backend === 'wasm' ? 4e-5 : 1e-6 };

  describe('tensorMoments', () => {
    it('are mean and population variance of each tensor, and one deviation of all from their own means', async () => {
      // Centred −1, 1 and −3, −1, 1, 3: 2 / 2 and 20 / 4, and together √(22 / 6).
      const { means, variances, std } = await momentsOf(engine(), [vector(1, 3), vector(0, 2, 4, 6)]);
      expectClose(means, [2, 3]);
      expectClose(variances, [1, 5]);
      expectClose(std, [1.914854]);
    });

    it('of a single number are itself and 0', async () => {
      const { means, variances, std } = await momentsOf(engine(), [vector(-5)]);
      expect([means[0], variances[0], std[0]]).toEqual([-5, 0, 0]);
    });

    it('of no tensors are empty, and the deviation is 0', async () => {
      const { means, variances, std } = await momentsOf(engine(), []);
      expect([means.length, variances.length, std]).toEqual([0, 0, Float32Array.of(0)]);
    });

    it('have a place for each tensor, and a scalar for all', () => {
      engine().scope(() => {
        const moments = engine().tensorMoments(RANDOM.map((tensor) => upload(engine(), tensor)));
        expect([moments.means.shape, moments.variances.shape, moments.std.shape]).toEqual([[6], [6], []]);
        return { keep: [] };
      });
    });

    it('agree with double precision at every size', async () => {
      const { means, variances, std } = await momentsOf(engine(), RANDOM);
      const expected = RANDOM.map(({ data }) => ({ ...population(data), size: data.length }));
      const elements = expected.reduce((sum, { size }) => sum + size, 0);
      const squares = expected.reduce((sum, { variance, size }) => sum + variance * size, 0);
      expectClose(
        means,
        expected.map(({ mean }) => mean),
        sums,
      );
      expectClose(
        variances,
        expected.map(({ variance }) => variance),
        sums,
      );
      expectClose(std, [Math.sqrt(squares / elements)], sums);
    });

    it('keep the digits of a deviation beside a large mean', async () => {
      // 4096 ± 1/64 are float32 numbers.
      const values = Array.from({ length: 1000 }, (_, i) => 4096 + (i % 2 === 0 ? 2 ** -6 : -(2 ** -6)));
      const { variances, std } = await momentsOf(engine(), [vector(...values)]);
      expectClose(variances, [2 ** -12], { absolute: 0 });
      expectClose(std, [2 ** -6], { absolute: 0 });
    });

    it('measure the deviation of numbers whose squares overflow', async () => {
      const { means, variances, std } = await momentsOf(engine(), [vector(1e30, 3e30)]);
      expectClose(means, [2e30], { absolute: 0 });
      expect(variances).toEqual(Float32Array.of(Infinity));
      expectClose(std, [1e30], { absolute: 0 });
    });

    it('measure the deviation of numbers whose squares are too small for float32', async () => {
      const { means, variances, std } = await momentsOf(engine(), [vector(1e-30, 3e-30)]);
      expectClose(means, [2e-30], { absolute: 0 });
      expect(variances).toEqual(Float32Array.of(0));
      expectClose(std, [1e-30], { absolute: 0 });
    });

    it('do not lose a small tensor beside a large one', async () => {
      const { means, variances } = await momentsOf(engine(), [vector(1e15, 3e15), vector(1e-15, 3e-15)]);
      expectClose(means, [2e15, 2e-15], { absolute: 0 });
      expectClose(variances, [1e30, 1e-30], { absolute: 0 });
    });

    it.each([NaN, Infinity, -Infinity])('show %s, and only in the tensor that has it', async (bad) => {
      const { means, variances, std } = await momentsOf(engine(), [vector(1, 2), vector(1, bad, 3)]);
      expectClose([means[0] ?? NaN, variances[0] ?? NaN], [1.5, 0.25]);
      expect([means[1], variances[1], std[0]].map(Number.isFinite)).toEqual([false, false, false]);
    });
  });

  describe('pack', () => {
    it('lays tensors out bit for bit without a scaling, and measures those that it is told to', async () => {
      const tensors = [vector(1, 3), vector(-0, 1e-45), { ...vector(0, 2, 4, 6), shape: [2, 2] }];
      const { flat, means, variances, check } = await packed(engine(), tensors, [true, false, true]);
      expect(flat).toEqual(Float32Array.of(1, 3, -0, 1e-45, 0, 2, 4, 6));
      expectClose(means, [2, 3]);
      expectClose(variances, [1, 5]);
      expect(check).toBe(0);
    });

    it('shifts and scales each measured tensor by its own numbers, the others by theirs, then measures', async () => {
      const tensors = [vector(1, 3), vector(10, -20), vector(0, 2, 4, 6)];
      const scaling = { shifts: [1, 4], factors: [10, -0.5], others: 0.25 };
      const { flat, means, variances } = await packed(engine(), tensors, [true, false, true], scaling);
      // 10 · (1 − 1, 3 − 1); 0.25 · (10, −20); −0.5 · (0 − 4, 2 − 4, 4 − 4, 6 − 4)
      expectClose(flat, [0, 20, 2.5, -5, 2, 1, 0, -1]);
      expectClose(means, [10, 0.5]);
      expectClose(variances, [100, 1.25]);
    });

    it('scales the others where nothing is measured', async () => {
      const scaling = { shifts: [], factors: [], others: 0.5 };
      const { flat, means, variances, check } = await packed(engine(), [vector(10, -20)], [false], scaling);
      expect(flat).toEqual(Float32Array.of(5, -10));
      expect([means.length, variances.length, check]).toEqual([0, 0, 0]);
    });

    it('measures all where there are no others', async () => {
      const scaling = { shifts: [1, 2], factors: [1, 1], others: NaN };
      const { flat, means, check } = await packed(engine(), [vector(1), vector(1)], [true, true], scaling);
      expect(flat).toEqual(Float32Array.of(0, -1));
      expect([means, check]).toEqual([Float32Array.of(0, -1), 0]);
    });

    it('agrees with double precision at every size', async () => {
      const { shifts, factors, others } = { shifts: [0, 2.5, 4], factors: [1, 0.3, -2], others: 0.7 };
      const result = await packed(engine(), RANDOM, KERNELS, { shifts, factors, others });
      const expected = RANDOM.map(({ data }, index) => {
        const [shift = NaN, factor = NaN] = [shifts[index / 2], factors[index / 2]];
        return Array.from(data, (value) => (KERNELS[index] ? factor * (value - shift) : others * value));
      });
      const kernels = expected.filter((_, index) => KERNELS[index]).map(population);
      expectClose(result.flat, expected.flat());
      expectClose(
        result.means,
        kernels.map(({ mean }) => mean),
        sums,
      );
      expectClose(
        result.variances,
        kernels.map(({ variance }) => variance),
        sums,
      );
      expect(result.check).toBe(0);
    });

    it('scales numbers as large as 1e30 and as small as 1e-30', async () => {
      const scaling = { shifts: [1e30, 1e-30], factors: [1e-30, 1e30], others: 1 };
      const tensors = [vector(3e30, -1e30), vector(3e-30, -1e-30)];
      const { flat, check } = await packed(engine(), tensors, [true, true], scaling);
      expectClose(flat, [2, -2, 2, -2]);
      expect(check).toBe(0);
    });

    it.each([0, 1])('finds what is not finite at any place of tensor %i', async (index) => {
      for (const bad of [NaN, Infinity, -Infinity]) {
        for (const place of [0, 16384, 16400]) {
          const data = Float32Array.from({ length: 16401 }, (_, i) => (i === place ? bad : 3e38));
          const tensors = [vector(1, 2), vector(3, 4)].with(index, { data, shape: [data.length] });
          const { check } = await packed(engine(), tensors, [true, false]);
          expect(check, `${bad} at ${place}`).toBeNaN();
        }
      }
    });

    it('finds what overflows in the scaling', async () => {
      const scaling = { shifts: [0], factors: [1e30], others: 1e30 };
      const tensors = [vector(1, 1e30), vector(2)];
      expect((await packed(engine(), tensors, [true, false], scaling)).check).toBeNaN();
      expect((await packed(engine(), tensors, [false, true], scaling)).check).toBeNaN();
    });

    it('takes the largest numbers for finite', async () => {
      expect((await packed(engine(), [vector(3e38, -3e38)], [false])).check).toBe(0);
    });

    it.each([
      { wrong: 'fewer shifts than measured tensors', shifts: [1], factors: [1, 2] },
      { wrong: 'fewer factors than measured tensors', shifts: [1, 2], factors: [1] },
      { wrong: 'more of both', shifts: [1, 2, 3], factors: [1, 2, 3] },
      { wrong: 'neither', shifts: [], factors: [] },
    ])('refuses $wrong', async ({ shifts, factors }) => {
      const tensors = [vector(1, 2), vector(3), vector(4)];
      const scaling = { shifts, factors, others: 1 };
      await expect(packed(engine(), tensors, [true, true, false], scaling)).rejects.toThrow();
    });

    it('refuses to be told of fewer tensors than it gets, or of more', async () => {
      await expect(packed(engine(), [vector(1), vector(2)], [true])).rejects.toThrow();
      await expect(packed(engine(), [vector(1), vector(2)], [true, false, false])).rejects.toThrow();
    });

    it.each([[], [1, 2]])('refuses %j as the factor of the others', (...others) => {
      engine().scope(() => {
        const one = tensorOf(engine(), [1], 1);
        const scaling = { shifts: one, factors: one, others: tensorOf(engine(), [others.length], ...others) };
        expect(() => engine().pack([one, one], { measured: [true, false], scaling })).toThrow();
        return { keep: [] };
      });
    });
  });
});
