import fc from 'fast-check';
import { expect, it } from 'vitest';

import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { randomTensor } from '../support/values.js';
import { zscore } from './parts.js';
import { transformOnce, values } from './steps.js';

onEveryBackend((engine) => {
  it('subtracts the mean and divides by the population std, each tensor by itself', async () => {
    const { updates, state } = await transformOnce(engine(), zscore(engine()), {
      // Mean 5, centred −3, −1, −1, −1, 0, 0, 2, 4, variance (9 + 1 + 1 + 1 + 4 + 16) / 8 = 4, std 2.
      a: values([2, 2, 1, 2], 2, 4, 4, 4, 5, 5, 7, 9),
      // Mean −10, centred −10, 10, std 10.
      b: values([2, 1], -20, 0),
    });
    expectClose(updates['a'] ?? [], [-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2]);
    expectClose(updates['b'] ?? [], [-1, 1]);
    expect(state).toEqual({});
  });

  it('leaves tensors below rank 2 alone', async () => {
    const { updates } = await transformOnce(engine(), zscore(engine()), {
      kernel: values([1, 2], 1, 2),
      bias: values([2], 5, -7),
    });
    expect(updates['bias']).toEqual(Float32Array.of(5, -7));
  });

  it('adds ε = 1e-8 to the std, not to the variance', async () => {
    // Mean 0, std 1e-8: ± 1e-8 / (1e-8 + 1e-8). Inside the root ε would leave ± 1e-8 / 1e-4.
    const { updates } = await transformOnce(engine(), zscore(engine()), {
      kernel: values([1, 2], 1e-8, -1e-8),
    });
    expectClose(updates['kernel'] ?? [], [0.5, -0.5]);
  });

  it('makes a tensor of equal elements zero', async () => {
    const { updates } = await transformOnce(engine(), zscore(engine()), {
      kernel: values([2, 2], 3, 3, 3, 3),
    });
    expect(updates['kernel']).toEqual(new Float32Array(4));
  });

  it('gives mean 0 and std 1 whatever the gradient, and forgets shift and scale', async () => {
    const cases = fc.record({
      seed: fc.nat(),
      rows: fc.integer({ min: 2, max: 8 }),
      // Not so small that ε counts.
      scale: fc.integer({ min: -4, max: 10 }).map((power) => 2 ** power),
      shift: fc.integer({ min: -8, max: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ seed, rows, scale, shift }) => {
        const gradient = randomTensor(seed, [rows, 3]);
        const moved = { ...gradient, data: gradient.data.map((value) => scale * (value + shift)) };
        const { updates } = await transformOnce(engine(), zscore(engine()), { gradient, moved });
        const update = updates['gradient'] ?? new Float32Array();
        const mean = update.reduce((sum, value) => sum + value, 0) / update.length;
        const variance = update.reduce((sum, value) => sum + (value - mean) ** 2, 0) / update.length;
        expectClose([mean, variance], [0, 1], { absolute: 1e-5 });
        expectClose(updates['moved'] ?? [], update, { absolute: 2e-5 });
      }),
      { numRuns: 50 },
    );
  });
});
