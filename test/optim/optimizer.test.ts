import { describe, expect, it } from 'vitest';

import { adamw } from '../../src/optim/adam.js';
import { clip } from '../../src/optim/clip.js';
import { gan } from '../../src/optim/gan.js';
import { none } from '../../src/optim/none.js';
import { chain } from '../../src/optim/optimizer.js';
import { sgd } from '../../src/optim/sgd.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { tensorOf } from '../support/values.js';
import { DESCENT, LAYOUT, optimizerSteps } from './steps.js';

onEachBackend((engine) => {
  describe('chain', () => {
    it('gives the base what the transform made of the gradient', async () => {
      // kernel: mean 2, centred ∓1, σ = 1, s = 1/2, p = 1 / (1 + ln 2) = 0.590616, α = e^(−0.590616 · 0.693147) = 0.664059.
      const optimizer = chain(engine(), gan(), sgd({ momentum: 0 }), LAYOUT);
      const [first, second] = await optimizerSteps(engine(), optimizer, LAYOUT, { ...DESCENT, steps: 2 });
      expect(first?.alpha).toBeCloseTo(0.664059, 6);
      expectClose(first?.update ?? [], [-0.664059, 0.664059, 5, -7], { absolute: 1e-6 });
      expectClose(first?.after ?? [], [10.0664059, 19.9335941, 29.5, 40.7], { absolute: 1e-6 });
      expectClose(second?.after ?? [], [10.1328118, 19.8671882, 29, 41.4], { absolute: 1e-6 });
    });

    it('keeps both states, each under its own name', () => {
      const state = chain(engine(), gan(), adamw(engine()), LAYOUT).init();
      expect([...state].map(([name, { shape }]) => [name, shape])).toEqual([
        ['transform.exponent', []],
        ['base.firstMoment', [4]],
        ['base.secondMoment', [4]],
      ]);
      for (const tensor of state.values()) tensor.dispose();
    });

    it('hands each part its own state back', async () => {
      // u = g, then 0.9 · g + g: momentum 0.9 twice on a gradient that stays.
      const optimizer = chain(engine(), none(), sgd(), LAYOUT);
      const [, second] = await optimizerSteps(engine(), optimizer, LAYOUT, { ...DESCENT, steps: 2 });
      expectClose(second?.after ?? [], [10 - 0.29, 20 - 0.87, 30 - 1.45, 40 + 2.03]);
      expect(second?.alpha).toBeUndefined();
    });

    it('refuses gradients that lack one of the layout', () => {
      const optimizer = chain(engine(), none(), sgd({ momentum: 0 }), LAYOUT);
      engine().scope(() => {
        const gradients = new Map([['kernel', tensorOf(engine(), [2, 1], 3, 4)]]);
        const parameters = tensorOf(engine(), [4], 1, 1, 1, 1);
        const update = () => optimizer.update(gradients, new Map(), parameters, { learningRate: 1, step: 1 });
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
      const optimizer = chain(engine(), clip(engine(), 1), sgd(), LAYOUT);
      const state = optimizer.init();
      const update = engine().scope(() => {
        const context = { learningRate: 1, step: 1 };
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
