import { expect, it } from 'vitest';

import { none } from '../../src/optim/none.js';
import { onEachBackend } from '../support/backends.js';
import { tensorOf } from '../support/values.js';
import { transformOnce, values } from './steps.js';

onEachBackend((engine) => {
  it('leaves gradients of every rank as they are, and has no state', async () => {
    const { updates, state, alpha } = await transformOnce(engine(), none(), {
      kernel: values([2, 2], 1, -2, 3, 1e-30),
      bias: values([1], 4),
    });
    expect(updates).toEqual({ kernel: Float32Array.of(1, -2, 3, 1e-30), bias: Float32Array.of(4) });
    expect(state).toEqual({});
    expect(alpha).toBeUndefined();
  });

  it('copies nothing, and leaves nothing to be done', () => {
    const kernel = tensorOf(engine(), [1, 2], 1, 2);
    engine().scope(() => {
      const moments = engine().tensorMoments([kernel]);
      const { tensors, scaling } = none().update(new Map([['kernel', kernel]]), new Map(), moments);
      expect(tensors.get('kernel')).toBe(kernel);
      expect(scaling).toBeUndefined();
      return { keep: [] };
    });
    kernel.dispose();
  });
});
