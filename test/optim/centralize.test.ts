import fc from 'fast-check';
import { expect, it } from 'vitest';

import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { randomTensor } from '../support/values.js';
import { centralize } from './parts.js';
import { transformOnce, values } from './steps.js';

onEveryBackend((engine) => {
  it('subtracts from each output column of a dense kernel its mean over the inputs', async () => {
    const { updates, state } = await transformOnce(engine(), centralize(engine()), {
      // [3 inputs, 2 outputs]. Columns 1, 2, 6 with mean 3 and 10, 20, 0 with mean 10.
      kernel: values([3, 2], 1, 10, 2, 20, 6, 0),
    });
    expectClose(updates['kernel'] ?? [], [-2, 0, -1, 10, 3, -10]);
    expect(state).toEqual({});
  });

  it('subtracts from each filter its mean over height, width and input channels', async () => {
    const { updates } = await transformOnce(engine(), centralize(engine()), {
      // [2, 1, 2, 2]: filters 1, 3, 5, 7 with mean 4 and 0, 0, 0, 8 with mean 2.
      kernel: values([2, 1, 2, 2], 1, 0, 3, 0, 5, 0, 7, 8),
    });
    expectClose(updates['kernel'] ?? [], [-3, -2, -1, -2, 1, -2, 3, 6]);
  });

  it('leaves tensors below rank 2 alone', async () => {
    const { updates } = await transformOnce(engine(), centralize(engine()), { bias: values([2], 5, -7) });
    expect(updates['bias']).toEqual(Float32Array.of(5, -7));
  });

  it('is a projection: a second time it changes nothing', async () => {
    const length = fc.integer({ min: 1, max: 4 });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.tuple(length, length, length, length), async (seed, shape) => {
        const kernel = randomTensor(seed, shape);
        const once = (await transformOnce(engine(), centralize(engine()), { kernel })).updates['kernel'];
        const again = { kernel: { shape, data: once ?? new Float32Array() } };
        const twice = (await transformOnce(engine(), centralize(engine()), again)).updates['kernel'];
        expectClose(twice ?? [], once ?? [], { absolute: 1e-6 });
      }),
      { numRuns: 50 },
    );
  });
});
