import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { autoscaleExponent, autoscaleFactor, saturationOf } from '../../src/optim/gan.js';
import type { Engine } from '../../src/tensor/engine.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { randomTensor } from '../support/values.js';
import { gan } from './parts.js';
import { transformOnce } from './steps.js';

/** TensorFlow computes with numbers below 2^−126, some 1.18e-38, as if they were 0. */
const smallestOn = (backend: string) => (backend === 'tensorflow' ? 2 ** -126 : 1e-38);
const LARGEST = 1e38;

/** Uniform, other than fc.double, which draws all floating point numbers alike and so mostly tiny ones. */
function uniform(min: number, max: number): fc.Arbitrary<number> {
  const steps = 2 ** 31 - 1;
  return fc.nat(steps).map((step) => min + (max - min) * (step / steps));
}

/** Logarithmically uniform, as float32. */
function logUniform(min: number, max: number): fc.Arbitrary<number> {
  const within = (value: number) => Math.min(max, Math.max(min, value));
  return uniform(Math.log(min), Math.log(max)).map((logarithm) => Math.fround(within(Math.exp(logarithm))));
}

function saturation(std: number): number {
  return std / (1 + std);
}

/** Exponents and factors of first steps with these global deviations. */
async function firstStep(engine: Engine, deviations: readonly number[]) {
  const { exponents, factors } = engine.scope(() => {
    const std = engine.tensor(Float32Array.from(deviations), [deviations.length]);
    const unset = engine.tensor(new Float32Array(deviations.length), [deviations.length]);
    const exponents = autoscaleExponent(saturationOf(std), unset);
    const factors = autoscaleFactor(saturationOf(std), exponents);
    return { exponents, factors, keep: [exponents, factors] };
  });
  const read = { exponents: await engine.read(exponents), factors: await engine.read(factors) };
  exponents.dispose();
  factors.dispose();
  return read;
}

/** Factors of later steps with these global deviations. */
async function laterFactors(engine: Engine, deviations: readonly number[], exponent: number) {
  const { factors } = engine.scope(() => {
    const std = engine.tensor(Float32Array.from(deviations), [deviations.length]);
    const factors = autoscaleFactor(saturationOf(std), engine.tensor(Float32Array.of(exponent), []));
    return { factors, keep: [factors] };
  });
  const read = await engine.read(factors);
  factors.dispose();
  return read;
}

onEachBackend((engine, backend) => {
  const smallest = smallestOn(backend);
  const deviation = logUniform(smallest, LARGEST);
  const deviations = fc.array(deviation, { minLength: 1, maxLength: 50 });

  describe('the exponent', () => {
    it('is 1 / (1 − ln s(σ₁)), within (0, 1]', async () => {
      await fc.assert(
        fc.asyncProperty(deviations, async (deviations) => {
          const { exponents } = await firstStep(engine(), deviations);
          for (const exponent of exponents) expect(exponent > 0 && exponent <= 1).toBe(true);
          const expected = deviations.map((std) => 1 / (1 - Math.log(saturation(std))));
          expectClose(exponents, expected, { relative: 1e-6, absolute: 0 });
        }),
      );
    });

    it('lets α₁ stay above 1 / e and not exceed 1', async () => {
      await fc.assert(
        fc.asyncProperty(deviations, async (deviations) => {
          const { factors } = await firstStep(engine(), [smallest, ...deviations, LARGEST]);
          for (const factor of factors) expect(factor > Math.exp(-1) && factor <= 1).toBe(true);
        }),
      );
    });
  });

  describe('the factor', () => {
    // Not so large a power that α itself is below the smallest number: (1e-38)^0.95 is 7e-37.
    const exponent = uniform(0.005, 0.95).map(Math.fround);

    it('is s(σ)^p, within (0, 1]', async () => {
      await fc.assert(
        fc.asyncProperty(deviations, exponent, async (deviations, exponent) => {
          const factors = await laterFactors(engine(), deviations, exponent);
          for (const factor of factors) expect(factor > 0 && factor <= 1).toBe(true);
          // The power of a rounded logarithm: ln s down to −88 is known to 4e-6.
          const expected = deviations.map((std) => saturation(std) ** exponent);
          expectClose(factors, expected, { relative: 2e-5, absolute: 0 });
        }),
      );
    });

    it('is below 1 until rounding', async () => {
      await fc.assert(
        fc.asyncProperty(logUniform(smallest, 1e6), async (std) => {
          const { factors } = await firstStep(engine(), [std]);
          expect(factors[0]).toBeLessThan(1);
        }),
      );
    });

    it('never falls as σ rises', async () => {
      const anywhere = fc.oneof(deviation, logUniform(1, 1e8));
      const ratio = fc.oneof(logUniform(1, 1 + 1e-5), logUniform(1, 2), logUniform(1, LARGEST));
      await fc.assert(
        fc.asyncProperty(anywhere, ratio, exponent, async (std, ratio, exponent) => {
          // One at a time, since TensorFlow rounds the middle of a long tensor otherwise than its end.
          const [smaller = NaN] = await laterFactors(engine(), [std], exponent);
          const [larger = NaN] = await laterFactors(engine(), [Math.min(std * ratio, LARGEST)], exponent);
          expect(larger).toBeGreaterThanOrEqual(smaller);
        }),
        { numRuns: 300 },
      );
    });

    it('rises between deviations that differ by a tenth, up to 1000', async () => {
      await fc.assert(
        fc.asyncProperty(logUniform(smallest, 1e3), exponent, async (std, exponent) => {
          const [smaller = NaN, larger = NaN] = await laterFactors(engine(), [std, 1.1 * std], exponent);
          expect(larger).toBeGreaterThan(smaller);
        }),
      );
    });
  });

  describe('the transform', () => {
    /** Gradients ± std with mean 0: half the elements of each tensor are positive. */
    const alternating = (std: number, shape: readonly [number, number]) => ({
      shape,
      data: Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => (i % 2 === 0 ? std : -std)),
    });

    it('measures σ of gradients of any size in float32', async () => {
      await fc.assert(
        fc.asyncProperty(deviation, async (std) => {
          const { updates, reports } = await transformOnce(engine(), gan(engine()), {
            a: alternating(std, [4, 3]),
            b: alternating(std, [2, 1]),
          });
          expect(reports['autoscale_exponent']).toBeCloseTo(1 / (1 - Math.log(saturation(std))), 6);
          expect(reports['autoscale_alpha']).toBeGreaterThan(Math.exp(-1));
          expect(reports['autoscale_alpha']).toBeLessThanOrEqual(1);
          // Smaller updates are 0 to TensorFlow.
          const expected = alternating(std * (reports['autoscale_alpha'] ?? NaN), [4, 3]).data;
          expectClose(updates['a'] ?? [], expected, { relative: 1e-6, absolute: 2 * smallest });
        }),
      );
    });

    it('gives updates whose mean is 0, no larger than the centred gradients', async () => {
      const size = fc.integer({ min: 1, max: 6 });
      const shape = fc.tuple(size, size);
      await fc.assert(
        fc.asyncProperty(fc.nat(), shape, logUniform(1e-6, 1e6), async (seed, shape, std) => {
          const gradient = randomTensor(seed, shape, std);
          const { updates } = await transformOnce(engine(), gan(engine()), { kernel: gradient });
          const update = updates['kernel'] ?? new Float32Array();
          const mean = gradient.data.reduce((sum, value) => sum + value, 0) / gradient.data.length;
          const rounding = 1e-5 * std;
          expect(Math.abs(update.reduce((sum, value) => sum + value, 0))).toBeLessThan(
            rounding * update.length,
          );
          for (const [index, value] of update.entries()) {
            const centred = (gradient.data[index] ?? NaN) - mean;
            expect(Math.abs(value)).toBeLessThanOrEqual(Math.abs(centred) + rounding);
          }
        }),
      );
    });
  });
});
