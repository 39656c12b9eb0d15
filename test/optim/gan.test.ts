import { describe, expect, it } from 'vitest';

import { parameterLayout } from '../support/layouts.js';
import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { randomTensor, tensorOf } from '../support/values.js';
import { RANDOM, adamw, chained, gan, none } from './parts.js';
import { optimizerSteps, transformOnce, transformSteps, values } from './steps.js';

/**
 * a has mean 2, centred −1, 1; b has mean 3, centred −3, −1, 1, 3. The squares sum to 2 + 20, so
 * σ = √(22 / 6) = 1.914854, s = 1.914854 / 2.914854 = 0.656930, ln s = −0.420178,
 * p = 1 / 1.420178 = 0.704137, α = e^(−0.704137 · 0.420178) = 0.743889.
 */
const GRADIENTS = {
  a: values([1, 2], 1, 3),
  bias: values([2], 5, -7),
  b: values([2, 2], 0, 2, 4, 6),
};
const S = 0.65693;
const EXPONENT = 0.704137;
const ALPHA = 0.743889;

/** Half of everything: σ = 0.957427, s = 0.957427 / 1.957427 = 0.489125. */
const HALF_GRADIENTS = {
  a: values([1, 2], 0.5, 1.5),
  bias: values([2], 2.5, -3.5),
  b: values([2, 2], 0, 1, 2, 3),
};

onEveryBackend((engine) => {
  describe('both stages', () => {
    it('give the worked value σ₁ = 3.3e-3', async () => {
      // Mean 0.01, centred ±3.3e-3. s = 0.0033 / 1.0033 = 0.003289146, ln s = −5.717127, p = 1 / 6.717127.
      const kernel = values([1, 2], 0.0133, 0.0067);
      const { updates, reports } = await transformOnce(engine(), gan(engine()), { kernel });
      expect(reports['autoscale_exponent']).toBeCloseTo(0.14887, 5);
      expect(reports['autoscale_alpha']).toBeCloseTo(0.42693, 5);
      // 0.42693 · 0.0033
      expectClose(updates['kernel'] ?? [], [1.40888e-3, -1.40888e-3], { relative: 1e-5, absolute: 0 });
    });

    it('centre each tensor by its own mean and multiply all by one factor', async () => {
      const { updates, reports } = await transformOnce(engine(), gan(engine()), GRADIENTS);
      expect(reports['autoscale_exponent']).toBeCloseTo(EXPONENT, 6);
      expect(reports['autoscale_alpha']).toBeCloseTo(ALPHA, 6);
      expectClose(updates['a'] ?? [], [-ALPHA, ALPHA]);
      expectClose(updates['b'] ?? [], [-3 * ALPHA, -ALPHA, ALPHA, 3 * ALPHA]);
    });

    it('leave tensors below rank 2 alone', async () => {
      const { updates } = await transformOnce(engine(), gan(engine()), GRADIENTS);
      expect(updates['bias']).toEqual(Float32Array.of(5, -7));
    });

    it('keep the exponent of the first step', async () => {
      const [, second, third] = await transformSteps(engine(), gan(engine()), [
        GRADIENTS,
        HALF_GRADIENTS,
        GRADIENTS,
      ]);
      // 0.489125 ^ 0.704137 = e^(−0.704137 · 0.715137) = 0.604379.
      expect(second?.reports['autoscale_exponent']).toBeCloseTo(EXPONENT, 6);
      expect(second?.reports['autoscale_alpha']).toBeCloseTo(0.604379, 6);
      expectClose(second?.updates['a'] ?? [], [-0.5 * 0.604379, 0.5 * 0.604379]);
      expect(third?.reports['autoscale_alpha']).toBeCloseTo(ALPHA, 6);
    });

    it('keep the exponent in the state, for checkpoints', async () => {
      const initial = gan(engine()).method.init({ parameters: [], random: RANDOM });
      expect([...initial.keys()]).toEqual(['exponent']);
      for (const tensor of initial.values()) tensor.dispose();
      const { state, reports } = await transformOnce(engine(), gan(engine()), GRADIENTS);
      expect(state).toEqual({ exponent: Float32Array.of(reports['autoscale_exponent'] ?? NaN) });
    });
  });

  describe('gradients of zeros', () => {
    const ZEROS = { a: values([1, 2], 0, 0), bias: values([2], 1, 2), b: values([2, 2], 0, 0, 0, 0) };

    it('give updates of zeros, and the exponent waits for the next gradient', async () => {
      const [first, second, third] = await transformSteps(engine(), gan(engine()), [
        ZEROS,
        GRADIENTS,
        HALF_GRADIENTS,
      ]);
      expect(first?.updates).toEqual({
        a: new Float32Array(2),
        bias: Float32Array.of(1, 2),
        b: new Float32Array(4),
      });
      expect(first?.reports['autoscale_alpha']).toBe(0);
      expect(second?.reports['autoscale_exponent']).toBeCloseTo(EXPONENT, 6);
      expect(second?.reports['autoscale_alpha']).toBeCloseTo(ALPHA, 6);
      expect(third?.reports['autoscale_exponent']).toBeCloseTo(EXPONENT, 6);
    });

    it('in between leave the exponent as it was', async () => {
      const [, zero, after] = await transformSteps(engine(), gan(engine()), [GRADIENTS, ZEROS, GRADIENTS]);
      expect(zero?.updates['b']).toEqual(new Float32Array(4));
      expect(zero?.reports['autoscale_alpha']).toBe(0);
      expect(zero?.reports['autoscale_exponent']).toBeCloseTo(EXPONENT, 6);
      expect(after?.reports['autoscale_alpha']).toBeCloseTo(ALPHA, 6);
    });

    it('include a tensor of equal elements, which is all mean', async () => {
      const { updates, reports } = await transformOnce(engine(), gan(engine()), {
        a: values([2, 2], 3, 3, 3, 3),
      });
      expect(updates['a']).toEqual(new Float32Array(4));
      expect(reports['autoscale_alpha']).toBe(0);
    });
  });

  it('passes gradients without an eligible tensor', async () => {
    const { updates } = await transformOnce(engine(), gan(engine()), { bias: values([2], 5, -7) });
    expect(updates['bias']).toEqual(Float32Array.of(5, -7));
  });

  it.each([NaN, Infinity, -Infinity])('does not hide a gradient of %s', async (bad) => {
    const { updates } = await transformOnce(engine(), gan(engine()), {
      a: values([1, 2], 1, bad),
      b: values([1, 2], 1, 2),
    });
    expect(updates['a']?.some((value) => !Number.isFinite(value))).toBe(true);
  });

  describe('ablations', () => {
    it('without the adaptive exponent p is 1 and α is s(σ)', async () => {
      const transform = gan(engine(), { adaptiveExponent: false });
      const [first, second] = await transformSteps(engine(), transform, [GRADIENTS, HALF_GRADIENTS]);
      expect(first?.reports['autoscale_exponent']).toBe(1);
      expect(first?.reports['autoscale_alpha']).toBeCloseTo(S, 5);
      expect(second?.reports['autoscale_alpha']).toBeCloseTo(0.489125, 5);
    });

    it('without centring α, still of the centred gradients, multiplies the plain ones', async () => {
      const transform = gan(engine(), { center: false });
      const { updates, reports } = await transformOnce(engine(), transform, GRADIENTS);
      expect(reports['autoscale_alpha']).toBeCloseTo(ALPHA, 6);
      expectClose(updates['a'] ?? [], [ALPHA, 3 * ALPHA]);
      expectClose(updates['b'] ?? [], [0, 2 * ALPHA, 4 * ALPHA, 6 * ALPHA]);
      expect(updates['bias']).toEqual(Float32Array.of(5, -7));
    });

    it('without autoscale only the means go, and there is no state', async () => {
      const transform = gan(engine(), { autoscale: false });
      const { updates, state, reports } = await transformOnce(engine(), transform, GRADIENTS);
      expect(updates).toEqual({
        a: Float32Array.of(-1, 1),
        bias: Float32Array.of(5, -7),
        b: Float32Array.of(-3, -1, 1, 3),
      });
      expect(state).toEqual({});
      expect(reports).toEqual({});
    });

    it('without both stages the very same tensors come back, and nothing is left to be done to them', () => {
      const { method: transform } = gan(engine(), { center: false, autoscale: false });
      const gradient = tensorOf(engine(), [1, 2], 1, 3);
      engine().scope(() => {
        const moments = engine().tensorMoments([gradient]);
        const context = { parameters: [], moments, step: 1, random: RANDOM };
        const { tensors, scaling } = transform.update(new Map([['a', gradient]]), new Map(), context);
        expect(tensors.get('a')).toBe(gradient);
        expect(scaling).toBeUndefined();
        return { keep: [] };
      });
      gradient.dispose();
    });

    it('without both stages training equals none bit for bit', async () => {
      const layout = parameterLayout([
        { name: 'kernel', shape: [3, 4] },
        { name: 'bias', shape: [4] },
      ]);
      const descent = {
        start: randomTensor(1, [layout.size]).data,
        gradient: (parameters: Float32Array, step: number) =>
          randomTensor(step, [layout.size]).data.map((value, index) => value + (parameters[index] ?? NaN)),
        learningRate: () => 1e-2,
        steps: 4,
      };
      const off = gan(engine(), { center: false, autoscale: false });
      const ablated = await optimizerSteps(
        engine(),
        chained(engine(), off, adamw(engine()), layout),
        layout,
        descent,
      );
      const plain = await optimizerSteps(
        engine(),
        chained(engine(), none(engine()), adamw(engine()), layout),
        layout,
        descent,
      );
      expect(ablated).toEqual(plain);
    });
  });
});
