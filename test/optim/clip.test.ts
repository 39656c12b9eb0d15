import fc from 'fast-check';
import { expect, it } from 'vitest';

import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { randomTensor } from '../support/values.js';
import { clip } from './parts.js';
import { transformOnce, values } from './steps.js';

/** 3² + 4² of the kernel and 12² of the bias: the norm of all is √169 = 13. */
const GRADIENTS = { kernel: values([1, 2], 3, -4), bias: values([1], 12) };

onEveryBackend((engine) => {
  it('scales all tensors, biases too, to the norm', async () => {
    const { updates, state } = await transformOnce(engine(), clip(engine(), 1), GRADIENTS);
    expectClose(updates['kernel'] ?? [], [3 / 13, -4 / 13]);
    expectClose(updates['bias'] ?? [], [12 / 13]);
    expect(state).toEqual({});
  });

  it('takes any norm', async () => {
    const { updates } = await transformOnce(engine(), clip(engine(), 6.5), GRADIENTS);
    expectClose(updates['kernel'] ?? [], [1.5, -2]);
    expectClose(updates['bias'] ?? [], [6]);
  });

  it('scales biases where there is no kernel at all', async () => {
    const { updates } = await transformOnce(engine(), clip(engine(), 1), { bias: values([2], 3, -4) });
    expectClose(updates['bias'] ?? [], [0.6, -0.8]);
  });

  it.each([13, 1e3])('leaves gradients alone that are no longer than %d', async (norm) => {
    const { updates } = await transformOnce(engine(), clip(engine(), norm), GRADIENTS);
    expect(updates).toEqual({ kernel: Float32Array.of(3, -4), bias: Float32Array.of(12) });
  });

  it('leaves gradients of zeros alone', async () => {
    const { updates } = await transformOnce(engine(), clip(engine(), 1), {
      kernel: values([2, 2], 0, 0, 0, 0),
      bias: values([1], 0),
    });
    expect(updates).toEqual({ kernel: new Float32Array(4), bias: new Float32Array(1) });
  });

  it('never gives a longer update than c or than the gradient', async () => {
    const cases = fc.record({
      seed: fc.nat(),
      std: fc.integer({ min: -6, max: 6 }).map((power) => 10 ** power),
      norm: fc.integer({ min: 1, max: 1000 }).map((percent) => percent / 100),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ seed, std, norm }) => {
        const kernel = randomTensor(seed, [4, 3], std);
        const { updates } = await transformOnce(engine(), clip(engine(), norm), { kernel });
        const length = Math.hypot(...(updates['kernel'] ?? [NaN]));
        expectClose([length], [Math.min(norm, Math.hypot(...kernel.data))], { relative: 1e-5, absolute: 0 });
      }),
      { numRuns: 50 },
    );
  });
});
