import { describe, expect, it } from 'vitest';

import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { randomTensor } from '../support/values.js';
import { adam, adamw, baseStart } from './parts.js';
import { at } from './problems.js';
import { baseSteps } from './steps.js';

const RATE = 0.1;
const GRADIENTS = [[0.5], [1], [-2]];

/**
 * Betas that are easy to reckon with. For the gradients 0.5, 1, −2:
 *
 *     m = 0.5m + 0.5g       m̂ = m / (1 − 0.5ᵗ)         v = 0.75v + 0.25g²         v̂ = v / (1 − 0.75ᵗ)
 *     0.25                  / 0.5   =  0.5              0.0625                     / 0.25     = 0.25
 *     0.125 + 0.5 = 0.625   / 0.75  =  0.8333333        0.046875 + 0.25 = 0.296875 / 0.4375   = 0.6785714
 *     0.3125 − 1 = −0.6875  / 0.875 = −0.7857143        0.22265625 + 1             / 0.578125 = 2.1148649
 *
 * √v̂ = 0.5, 0.8237545, 1.4542575; with ε = 0.1 the steps m̂ / (√v̂ + ε) are
 * 0.5 / 0.6 = 0.8333333, 0.8333333 / 0.9237545 = 0.9021156, −0.7857143 / 1.5542575 = −0.5055239.
 */
const HALVES = { beta1: 0.5, beta2: 0.75, epsilon: 0.1 };

/** Expected parameters after each step, of one that starts at 1. */
function expectPath(steps: readonly Float32Array[], ...path: readonly number[]): void {
  expectClose(
    steps.map((step) => step[0] ?? NaN),
    path,
  );
}

onEveryBackend((engine) => {
  describe('adam', () => {
    it('corrects the bias of both moments, and adds ε outside the root', async () => {
      // 1 − 0.08333333, − 0.09021156, + 0.05055239
      const steps = await baseSteps(engine(), adam(engine(), HALVES), [1], GRADIENTS, RATE);
      expectPath(steps, 0.9166667, 0.8264551, 0.8770075);
    });

    it('has β = (0.9, 0.999) and ε = 1e-8 unless told otherwise', async () => {
      // First m̂ = g and √v̂ = |g|, a step of 1 whatever the gradient. Then m = 0.045 + 0.1 = 0.145, over 0.19 it is
      // 0.7631579, v = 0.00024975 + 0.001 = 0.00124975, over 0.001999 it is 0.6251876 = 0.7906881²:
      // θ = 0.9 − 0.1 · 0.7631579 / 0.7906881 = 0.9 − 0.0965182.
      const steps = await baseSteps(engine(), adam(engine()), [1], [[0.5], [1]], RATE);
      expectPath(steps, 0.9, 0.8034818);
    });

    it('adds L2 to the gradient, so that the moments see it', async () => {
      // g = 0.5 + 0.1 · 1 = 0.6: m̂ = 0.6, √v̂ = 0.6, θ = 1 − 0.1 · 0.6 / 0.7 = 0.9142857.
      // g = 1.0914286: m = 0.15 + 0.5457143 = 0.6957143, m̂ = 0.9276190;
      // v = 0.0675 + 0.2978041 = 0.3653041, v̂ = 0.8349807, √v̂ = 0.9137728;
      // θ = 0.9142857 − 0.1 · 0.9276190 / 1.0137728 = 0.9142857 − 0.0915017.
      const base = adam(engine(), { ...HALVES, weightDecay: 0.1 });
      expectPath(await baseSteps(engine(), base, [1], [[0.5], [1]], RATE), 0.9142857, 0.822784);
    });

    it('does not decay unless told to', async () => {
      expectPath(await baseSteps(engine(), adam(engine()), [1], [[0], [0]], RATE), 1, 1);
    });

    it('treats each parameter by itself', async () => {
      // First steps have length η each, in the direction of the sign; one without gradient stays.
      const [first] = await baseSteps(engine(), adam(engine()), [1, 2, 3], [[1e-3, -50, 0]], RATE);
      expectClose(first ?? [], [0.9, 2.1, 3], { absolute: 2e-6 });
    });

    it('starts with a vector of zeros for each moment', async () => {
      const state = adam(engine()).method.init(baseStart(2));
      expect([...state.keys()]).toEqual(['firstMoment', 'secondMoment']);
      for (const tensor of state.values()) {
        expect(await engine().read(tensor)).toEqual(new Float32Array(2));
        tensor.dispose();
      }
    });
  });

  describe('adamw', () => {
    it('first shrinks θ by ηλ, and its moments do not see the decay', async () => {
      // 1 · 0.99 − 0.08333333 = 0.9066667
      // 0.9066667 · 0.99 − 0.09021156 = 0.8976 − 0.09021156 = 0.8073884
      // 0.8073884 · 0.99 + 0.05055239 = 0.7993145 + 0.0505524 = 0.8498669
      const base = adamw(engine(), { ...HALVES, weightDecay: 0.1 });
      const steps = await baseSteps(engine(), base, [1], GRADIENTS, RATE);
      expectPath(steps, 0.9066667, 0.8073884, 0.8498669);
    });

    it('follows the formula in double precision over five steps', async () => {
      // An odd number of parameters, so that some fill no vector of the kernels.
      const [start = [], ...gradients] = [1, 2, 3, 4, 5, 6].map((seed) => [...randomTensor(seed, [37]).data]);
      const steps = await baseSteps(engine(), adamw(engine(), { weightDecay: 0.1 }), start, gradients, RATE);
      expect(steps).toHaveLength(5);
      const expected = adamwPath(start, gradients, 0.1);
      for (const [index, step] of steps.entries()) expectClose(step, expected[index] ?? []);
    });

    it('without decay is adam', async () => {
      const start = [0.3, -2];
      const gradients = [
        [1, 2],
        [-0.5, 0.1],
      ];
      const decoupled = await baseSteps(
        engine(),
        adamw(engine(), { weightDecay: 0 }),
        start,
        gradients,
        RATE,
      );
      expect(decoupled).toEqual(await baseSteps(engine(), adam(engine()), start, gradients, RATE));
    });
  });
});

/** The parameters after each step of AdamW as Loshchilov and Hutter write it, with β = (0.9, 0.999) and ε = 1e-8. */
function adamwPath(
  start: readonly number[],
  gradients: readonly number[][],
  weightDecay: number,
): number[][] {
  const [m, v] = [start.map(() => 0), start.map(() => 0)];
  let parameters = start;
  return gradients.map((gradient, index) => {
    const step = index + 1;
    parameters = parameters.map((parameter, i) => {
      m[i] = 0.9 * at(m, i) + 0.1 * at(gradient, i);
      v[i] = 0.999 * at(v, i) + 0.001 * at(gradient, i) ** 2;
      const [mHat, vHat] = [at(m, i) / (1 - 0.9 ** step), at(v, i) / (1 - 0.999 ** step)];
      return parameter - RATE * weightDecay * parameter - (RATE * mHat) / (Math.sqrt(vHat) + 1e-8);
    });
    return [...parameters];
  });
}
