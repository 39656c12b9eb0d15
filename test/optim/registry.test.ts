import { describe, expect, it } from 'vitest';

import { BASE_OPTIMIZERS, GRADIENT_TRANSFORMS } from '../../src/config/optimizer.js';
import { createOptimizer, optimizers, transforms } from '../../src/optim/registry.js';
import type { OptimizerSettings } from '../../src/optim/registry.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { BASES, GRADIENTS, optimizerSettings } from '../support/training.js';
import { DESCENT, LAYOUT, optimizerSteps } from './steps.js';

onEachBackend((engine) => {
  it('has the names that the configuration has', () => {
    expect(Object.keys(transforms)).toEqual(GRADIENT_TRANSFORMS);
    expect(Object.keys(optimizers)).toEqual(BASE_OPTIMIZERS);
  });

  describe('createOptimizer', () => {
    /** The parameters after the first step of {@link DESCENT} without weight decay. */
    const firstStep = async (changes: Partial<OptimizerSettings>): Promise<Float32Array> => {
      const settings = optimizerSettings({ weightDecay: 0, ...changes });
      const optimizer = createOptimizer(engine(), settings, LAYOUT);
      const [first] = await optimizerSteps(engine(), optimizer, LAYOUT, { ...DESCENT, steps: 1 });
      return first?.after ?? new Float32Array();
    };

    it.each([
      // g itself
      { gradient: 'none', change: [1, 3, 5, -7] },
      // mean 2, std 1
      { gradient: 'zscore', change: [-1, 1, 5, -7] },
      // the mean over the inputs of the only output is 2
      { gradient: 'centralize', change: [-1, 1, 5, -7] },
      // mean 2, centred ∓1, σ = 1, s = 1/2, p = 1 / (1 + ln 2), α = e^(−0.590616 · 0.693147)
      { gradient: 'gan', change: [-0.664059, 0.664059, 5, -7] },
      // √(1 + 9 + 25 + 49) = 9.165151
      { gradient: 'clip', change: [1, 3, 5, -7].map((value) => value / 9.165151) },
    ] as const)('knows the gradient transform $gradient', async ({ gradient, change }) => {
      const after = await firstStep({ gradient, base: 'sgd' });
      expectClose(
        after,
        change.map((value, index) => (DESCENT.start[index] ?? NaN) - 0.1 * value),
      );
    });

    it.each([
      // The first step of either has length η and the direction of the sign.
      { base: 'adamw', expected: [9.9, 19.9, 29.9, 40.1] },
      { base: 'adam', expected: [9.9, 19.9, 29.9, 40.1] },
      { base: 'sgd', expected: [9.9, 19.7, 29.5, 40.7] },
    ] as const)('knows the base optimizer $base', async ({ base, expected }) => {
      expectClose(await firstStep({ base }), expected);
    });

    it('hands the settings of each part on', async () => {
      // GAN without autoscale only centres.
      const centred = await firstStep({
        gradient: 'gan',
        base: 'sgd',
        gan: { center: true, autoscale: false, adaptiveExponent: true },
      });
      expectClose(centred, [10.1, 19.9, 29.5, 40.7]);
      // √84 / 2
      const clipped = await firstStep({ gradient: 'clip', base: 'sgd', clipNorm: Math.sqrt(84) / 2 });
      expectClose(clipped, [9.95, 19.85, 29.75, 40.35]);
      // g + 0.9 · g
      expectClose(await firstStep({ base: 'sgd', nesterov: true }), [9.81, 19.43, 29.05, 41.33]);
      expectClose(await firstStep({ base: 'sgd', nesterov: true, momentum: 0 }), [9.9, 19.7, 29.5, 40.7]);
      // g / (|g| + 1)
      expectClose(await firstStep({ epsilon: 1 }), [9.95, 19.925, 30 - 0.5 / 6, 40 + 0.7 / 8]);
      // First 10 · (1 − 0.1 · 0.5) and so on
      expectClose(await firstStep({ weightDecay: 0.5 }), [9.4, 18.9, 28.4, 38.1]);
      // g + 0.5 · θ: 6, 13, 20, 13
      expectClose(await firstStep({ base: 'sgd', weightDecay: 0.5 }), [9.4, 18.7, 28, 38.7]);
    });

    it('hands the betas on', async () => {
      // As worked out in adam.test.ts: steps of 0.8333333 and 0.9021156 for the gradients 0.5 and 1.
      const settings = optimizerSettings({
        base: 'adam',
        weightDecay: 0,
        beta1: 0.5,
        beta2: 0.75,
        epsilon: 0.1,
      });
      const [, second] = await optimizerSteps(engine(), createOptimizer(engine(), settings, LAYOUT), LAYOUT, {
        ...DESCENT,
        gradient: (_, step) => Array<number>(4).fill(step / 2),
        steps: 2,
      });
      expectClose(
        second?.after ?? [],
        DESCENT.start.map((value) => value - 0.08333333 - 0.09021156),
      );
    });

    it.each(GRADIENTS.flatMap((gradient) => BASES.map((base) => ({ gradient, base }))))(
      'makes the same steps with $gradient and $base every time',
      async ({ gradient, base }) => {
        const run = () =>
          optimizerSteps(
            engine(),
            createOptimizer(engine(), optimizerSettings({ gradient, base }), LAYOUT),
            LAYOUT,
            { ...DESCENT, steps: 3 },
          );
        expect(await run()).toEqual(await run());
      },
    );
  });
});
