import { expect, it } from 'vitest';

import { vectorSums } from '../../src/bench/vector-sum.js';
import { onEachBackend } from '../support/backends.js';

onEachBackend(
  (engine) => {
    it('the sums of a vector tell how much they read, and leave nothing behind', async () => {
      const before = engine().liveTensors();
      const { bytes, milliseconds } = await vectorSums(engine());
      expect(bytes).toBe(4 * 2 ** 25);
      expect(milliseconds.min).toBeGreaterThan(0);
      expect(engine().liveTensors()).toBe(before);
    });
  },
  ['tensorflow'],
);
