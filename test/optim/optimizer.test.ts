import { describe, expect, it } from 'vitest';

import type { BaseOptimizer } from '../../src/optim/base.js';
import { createOptimizer } from '../../src/optim/registry.js';
import type { GradientTransform } from '../../src/optim/transform.js';
import type { Engine } from '../../src/tensor/engine.js';
import { Layout } from '../../src/tensor/layout.js';
import { parameterLayout } from '../support/layouts.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { GRADIENTS, optimizerSettings } from '../support/training.js';
import { tensorOf } from '../support/values.js';
import { RANDOM, adamw, chained, clip, gan, none, sgd, zscore } from './parts.js';
import type { DescribedTransform } from './parts.js';
import { DESCENT, LAYOUT, optimizerSteps } from './steps.js';

onEachBackend((engine) => {
  describe('chain', () => {
    it('gives the base what the transform made of the gradient', async () => {
      // kernel: mean 2, centred ∓1, σ = 1, s = 1/2, p = 1 / (1 + ln 2) = 0.590616, α = e^(−0.590616 · 0.693147) = 0.664059.
      const optimizer = chained(engine(), gan(engine()), sgd(engine(), { momentum: 0 }), LAYOUT);
      const [first, second] = await optimizerSteps(engine(), optimizer, LAYOUT, { ...DESCENT, steps: 2 });
      expect(first?.reports['autoscale_alpha']).toBeCloseTo(0.664059, 6);
      expectClose(first?.update ?? [], [-0.664059, 0.664059, 5, -7], { absolute: 1e-6 });
      expectClose(first?.after ?? [], [10.0664059, 19.9335941, 29.5, 40.7], { absolute: 1e-6 });
      expectClose(second?.after ?? [], [10.1328118, 19.8671882, 29, 41.4], { absolute: 1e-6 });
    });

    it('keeps both states, each under its own name', () => {
      const state = chained(engine(), gan(engine()), adamw(engine()), LAYOUT).init(RANDOM);
      expect([...state].map(([name, { shape }]) => [name, shape])).toEqual([
        ['transform.exponent', []],
        ['base.firstMoment', [4]],
        ['base.secondMoment', [4]],
      ]);
      for (const tensor of state.values()) tensor.dispose();
    });

    it('hands each part its own state back', async () => {
      // u = g, then 0.9 · g + g: momentum 0.9 twice on a gradient that stays.
      const optimizer = chained(engine(), none(engine()), sgd(engine()), LAYOUT);
      const [, second] = await optimizerSteps(engine(), optimizer, LAYOUT, { ...DESCENT, steps: 2 });
      expectClose(second?.after ?? [], [10 - 0.29, 20 - 0.87, 30 - 1.45, 40 + 2.03]);
      expect(second?.reports).toEqual({});
    });

    it('tells the moments of the kernels before and after the transform, and that all is finite', async () => {
      // kernel 1, 5 has mean 3 and variance 4; with mean 0 and deviation 1 it is −1, 1. The bias is not measured.
      const { gradients, updates, check } = await reported(engine(), zscore(engine()), {
        kernel: [1, 5],
        bias: [7, 7],
      });
      expectClose(gradients, [3, 4]);
      expectClose(updates, [0, 1]);
      expect(check).toBe(0);
    });

    it.each(['kernel', 'bias'])('tells that the update is not finite in the %s', async (name) => {
      const values = { kernel: [1, 2], bias: [3, 4], [name]: [5, Infinity] };
      expect((await reported(engine(), none(engine()), values)).check).toBeNaN();
    });

    it('goes by the names of the gradients, not by their order', async () => {
      const { flat, gradients } = await reported(engine(), none(engine()), { bias: [7, 8], kernel: [1, 5] });
      expect(flat).toEqual(Float32Array.of(1, 5, 7, 8));
      expectClose(gradients, [3, 4]);
    });

    it('measures and scales what says that it is eligible, whatever its shape', async () => {
      // gain: mean 3, variance 4; the table, of two axes, passes unchanged.
      const layout = new Layout([
        { name: 'gain', shape: [2], eligible: true },
        { name: 'table', shape: [2, 1], eligible: false },
      ]);
      const optimizer = chained(engine(), zscore(engine()), sgd(engine(), { momentum: 0 }), layout);
      const descent = { start: [0, 0, 0, 0], gradient: () => [1, 5, 7, 8], learningRate: () => 1, steps: 1 };
      const [step] = await optimizerSteps(engine(), optimizer, layout, descent);
      expectClose(step?.update ?? [], [-1, 1, 7, 8], { absolute: 1e-6 });
    });

    it('shows the transform the parameters, at the start and at every step', () => {
      const seen: unknown[] = [];
      const transform: GradientTransform = {
        init({ parameters }) {
          seen.push(parameters);
          return new Map();
        },
        update(tensors, state, { parameters }) {
          seen.push(parameters);
          return { tensors, state };
        },
      };
      engine().scope(() => {
        const gradients = LAYOUT.unpack(tensorOf(engine(), [4], 1, 3, 5, -7));
        const parameters = tensorOf(engine(), [4], 1, 1, 1, 1);
        const described = { method: transform, reports: [] };
        const optimizer = chained(engine(), described, sgd(engine(), { momentum: 0 }), LAYOUT);
        optimizer.update(gradients, optimizer.init(RANDOM), parameters, {
          learningRate: 1,
          step: 1,
          random: RANDOM,
        });
        return { keep: [] };
      });
      const kernel = { name: 'kernel', shape: [2, 1], eligible: true };
      const bias = { name: 'bias', shape: [2], eligible: false };
      expect(seen).toMatchObject([
        [kernel, bias],
        [kernel, bias],
      ]);
    });

    it.each([
      { reports: { undeclared: [] }, message: 'reports undeclared, which it does not declare' },
      { reports: { declared: [1] }, message: 'reports [1] as declared, not a scalar' },
    ])('refuses the report $reports', ({ reports, message }) => {
      const declared = { name: 'declared', unit: '', meaning: 'A number.', ofEpoch: 'mean' } as const;
      const transform: GradientTransform = {
        init: () => new Map(),
        update: (tensors, state) => ({
          ...{ tensors, state },
          reports: new Map(
            Object.entries(reports).map(([name, shape]) => [name, tensorOf(engine(), shape, 1)]),
          ),
        }),
      };
      const described = { method: transform, reports: [declared] };
      engine().scope(() => {
        const gradients = LAYOUT.unpack(tensorOf(engine(), [4], 1, 3, 5, -7));
        const parameters = tensorOf(engine(), [4], 1, 1, 1, 1);
        const optimizer = chained(engine(), described, sgd(engine(), { momentum: 0 }), LAYOUT);
        const update = () =>
          optimizer.update(gradients, new Map(), parameters, { learningRate: 1, step: 1, random: RANDOM });
        expect(update).toThrow(message);
        return { keep: [] };
      });
    });

    it('says once that the transform is done, before the base begins', () => {
      const heard: string[] = [];
      const base: BaseOptimizer = {
        init: () => new Map(),
        update(_, state, parameters) {
          heard.push('base');
          return { parameters, state };
        },
      };
      const transform: GradientTransform = {
        init: () => new Map(),
        update(tensors, state) {
          heard.push('transform');
          return { tensors, state };
        },
      };
      engine().scope(() => {
        const gradients = LAYOUT.unpack(tensorOf(engine(), [4], 1, 3, 5, -7));
        const parameters = tensorOf(engine(), [4], 1, 1, 1, 1);
        const context = { learningRate: 1, step: 1, random: RANDOM };
        const optimizer = chained(
          engine(),
          { method: transform, reports: [] },
          { method: base, reports: [], weightDecay: 0 },
          LAYOUT,
        );
        optimizer.update(gradients, new Map(), parameters, context, () => heard.push('transformed'));
        return { keep: [] };
      });
      expect(heard).toEqual(['transform', 'transformed', 'base']);
    });

    it.each(GRADIENTS)('trains what has no kernel at all, with %s', async (gradient) => {
      // SGD without momentum; clip's norm of 10 is above √34.
      const layout = parameterLayout([{ name: 'bias', shape: [2] }]);
      const settings = { gradient, base: 'sgd', momentum: 0, weightDecay: 0, clipNorm: 10 } as const;
      const optimizer = createOptimizer(engine(), optimizerSettings(settings), layout);
      const descent = { start: [1, 2], gradient: () => [3, -5], learningRate: () => 0.1, steps: 1 };
      const [step] = await optimizerSteps(engine(), optimizer, layout, descent);
      expectClose(step?.after ?? [], [0.7, 2.5]);
    });

    it('refuses gradients that lack one of the layout', () => {
      const optimizer = chained(engine(), none(engine()), sgd(engine(), { momentum: 0 }), LAYOUT);
      engine().scope(() => {
        const gradients = new Map([['kernel', tensorOf(engine(), [2, 1], 3, 4)]]);
        const parameters = tensorOf(engine(), [4], 1, 1, 1, 1);
        const update = () =>
          optimizer.update(gradients, new Map(), parameters, { learningRate: 1, step: 1, random: RANDOM });
        expect(update).toThrow('no tensor named bias');
        return { keep: [] };
      });
    });

    it('returns new tensors and leaves those it was given alone', async () => {
      const live = engine().liveTensors();
      const gradients = new Map([
        ['kernel', tensorOf(engine(), [2, 1], 3, 4)],
        ['bias', tensorOf(engine(), [2], 0, 12)],
      ]);
      const parameters = tensorOf(engine(), [4], 1, 1, 1, 1);
      const optimizer = chained(engine(), clip(engine(), 1), sgd(engine()), LAYOUT);
      const state = optimizer.init(RANDOM);
      const update = engine().scope(() => {
        const context = { learningRate: 1, step: 1, random: RANDOM };
        const update = optimizer.update(gradients, state, parameters, context);
        return { ...update, keep: [update.parameters, ...update.state.values()] };
      });
      expect(await engine().read(parameters)).toEqual(Float32Array.of(1, 1, 1, 1));
      for (const tensor of state.values()) expect(await engine().read(tensor)).toEqual(new Float32Array(4));
      expectClose(await engine().read(update.parameters), [1 - 3 / 13, 1 - 4 / 13, 1, 1 - 12 / 13]);
      for (const tensor of [...gradients.values(), parameters, ...state.values(), ...update.keep])
        tensor.dispose();
      expect(engine().liveTensors()).toBe(live);
    });
  });
});

/** What an optimizer in {@link LAYOUT} tells of a step with these gradients: means and then variances. */
async function reported(
  engine: Engine,
  transform: DescribedTransform,
  values: Readonly<Record<string, readonly number[]>>,
) {
  const shapes = new Map(LAYOUT.entries.map(({ name, shape }) => [name, shape]));
  const { keep } = engine.scope(() => {
    const gradients = new Map(
      Object.entries(values).map(([name, data]) => [name, tensorOf(engine, shapes.get(name) ?? [], ...data)]),
    );
    const parameters = tensorOf(engine, [4], 1, 1, 1, 1);
    const optimizer = chained(engine, transform, sgd(engine, { momentum: 0 }), LAYOUT);
    const context = { learningRate: 1, step: 1, random: RANDOM };
    const { moments, flatUpdate, check } = optimizer.update(
      gradients,
      optimizer.init(RANDOM),
      parameters,
      context,
    );
    const { gradients: before, updates: after } = moments;
    return { keep: [before.means, before.variances, after.means, after.variances, flatUpdate, check] };
  });
  const read: Float32Array[] = [];
  for (const tensor of keep) {
    read.push(await engine.read(tensor));
    tensor.dispose();
  }
  const [gradients, updates] = [read.slice(0, 2), read.slice(2, 4)].map((rows) =>
    rows.flatMap((row) => [...row]),
  );
  return { gradients: gradients ?? [], updates: updates ?? [], flat: read[4], check: read[5]?.[0] };
}
