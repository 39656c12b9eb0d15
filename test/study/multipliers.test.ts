import { describe, expect, it } from 'vitest';

import { loadPlugin } from '../../src/plugin/load.js';
import { transformOf } from '../optim/parts.js';
import { transformSteps, values } from '../optim/steps.js';
import { onEachBackend } from '../support/backends.js';

async function multiplier(name: string) {
  const { plugin } = await loadPlugin({ from: './multipliers.ts', folder: 'configs/sweeps/study' });
  const definition = plugin.transforms[name];
  if (definition === undefined) throw new Error(`there is no ${name}`);
  return definition;
}

/** A kernel whose gradient has the standard deviation σ. */
const gradients = (sigma: number) => ({ a: values([1, 2], -sigma, sigma) });

onEachBackend(
  (engine) => {
    describe.each([
      // tanh 1 = 0.7615942, ln = −0.2723414, p = 1 / 1.2723414; α_1 = exp(−0.2723414 · p), α_2 = 0.9640276^p.
      { name: 'tanh', exponent: 0.7859525, first: 0.8073101, second: 0.9716169 },
      // 1 − 1/e = 0.6321206, ln = −0.4586751, p = 1 / 1.4586751; α_2 = 0.8646647^p.
      { name: 'exponential', exponent: 0.6855536, first: 0.730193, second: 0.9051191 },
    ])('$name', ({ name, exponent, first, second }) => {
      it('has the exponent of the first step and the factor of each', async () => {
        const transform = transformOf(engine(), await multiplier(name));
        const steps = await transformSteps(engine(), transform, [gradients(1), gradients(2)]);
        expect(steps[0]?.reports['autoscale_exponent']).toBeCloseTo(exponent, 6);
        expect(steps[1]?.reports['autoscale_exponent']).toBeCloseTo(exponent, 6);
        expect(steps[0]?.reports['autoscale_alpha']).toBeCloseTo(first, 6);
        expect(steps[1]?.reports['autoscale_alpha']).toBeCloseTo(second, 6);
      });

      it('has a first factor above 1/e and at most 1, however small or large the gradient is', async () => {
        for (const sigma of [1e-18, 1e-9, 1e-3, 1, 1e3, 1e18]) {
          const transform = transformOf(engine(), await multiplier(name));
          const [step] = await transformSteps(engine(), transform, [gradients(sigma)]);
          const alpha = step?.reports['autoscale_alpha'];
          expect(alpha).toBeGreaterThan(Math.exp(-1));
          expect(alpha).toBeLessThanOrEqual(1);
        }
      });

      it('waits with the exponent for a gradient that is not zero, and gives zeros until then', async () => {
        const transform = transformOf(engine(), await multiplier(name));
        const steps = await transformSteps(engine(), transform, [gradients(0), gradients(1)]);
        expect(steps[0]?.updates['a']?.every((value) => value === 0)).toBe(true);
        expect(steps[1]?.reports['autoscale_exponent']).toBeCloseTo(exponent, 6);
      });
    });
  },
  ['wasm', 'tensorflow'],
);
