import { expect, it } from 'vitest';

import { dispatchesOf } from '../../../scripts/gpu-pack/dispatches.js';
import { onEachBackend } from '../../support/backends.js';
import { partsOf } from '../../support/parts.js';
import { randomTensor, upload } from '../../support/values.js';

onEachBackend(
  (engine) => {
    it('the dispatches of a convolution with what each moves and multiplies', async () => {
      const x = upload(engine(), randomTensor(1, [2, 4, 4, 3]));
      const kernel = upload(engine(), randomTensor(2, [3, 3, 3, 16]));
      const work = async () => {
        await engine().read(partsOf(engine()).conv2d(x, kernel, { stride: 1, padding: 1 }));
      };
      const dispatches = await dispatchesOf(work);
      // 2 · 4 · 4 pixels of 3 · 3 · 3 products with 16 channels; 96 + 432 + 512 numbers.
      expect(dispatches).toMatchObject([
        { kernel: 'convolution', problem: '32 × 27 × 16', bytes: 4 * 1040, operations: 2 * 32 * 27 * 16 },
      ]);
      // Nobody listens any more.
      await work();
      expect(dispatches).toHaveLength(1);
    });
  },
  ['webgpu'],
);
