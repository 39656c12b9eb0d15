import { expect, it } from 'vitest';

import { onEveryBackend } from '../support/backends.js';
import { tensorOf } from '../support/values.js';
import { RANDOM, none } from './parts.js';
import { transformOnce, values } from './steps.js';

onEveryBackend((engine) => {
  it('leaves gradients of every rank as they are, and has no state', async () => {
    const { updates, state, reports } = await transformOnce(engine(), none(engine()), {
      kernel: values([2, 2], 1, -2, 3, 1e-30),
      bias: values([1], 4),
    });
    expect(updates).toEqual({ kernel: Float32Array.of(1, -2, 3, 1e-30), bias: Float32Array.of(4) });
    expect(state).toEqual({});
    expect(reports).toEqual({});
  });

  it('copies nothing, and leaves nothing to be done', () => {
    const kernel = tensorOf(engine(), [1, 2], 1, 2);
    engine().scope(() => {
      const moments = engine().tensorMoments([kernel]);
      const { tensors, scaling } = none(engine()).method.update(new Map([['kernel', kernel]]), new Map(), {
        ...{ parameters: [], moments, step: 1 },
        random: RANDOM,
      });
      expect(tensors.get('kernel')).toBe(kernel);
      expect(scaling).toBeUndefined();
      return { keep: [] };
    });
    kernel.dispose();
  });
});
