import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { onEachBackend } from '../../support/backends.js';

onEachBackend(
  (engine) => {
    describe('what is asked of the native library', () => {
      it('is counted by operation: inputs and outputs, once each', async () => {
        const [a, b] = [tf.ones([3, 4]), tf.ones([4, 5])];
        const work = async () => {
          const product = engine().matMul(a, b, false, false);
          const square = tf.mul(product, product);
          await engine().read(square);
        };
        // The product of 12 and 20 numbers has 15; the square reads these once and writes as many.
        expect(await engine().trafficOf?.(work)).toEqual({
          operations: 2,
          bytes: 4 * (12 + 20 + 15 + 15 + 15),
        });
        // The same again: nobody has gone on counting.
        expect(await engine().trafficOf?.(work)).toMatchObject({ operations: 2 });
      });

      it('is counted no more when the work fails', async () => {
        await expect(engine().trafficOf?.(() => Promise.reject(new Error('broken')))).rejects.toThrow(
          'broken',
        );
        expect(await engine().trafficOf?.(() => Promise.resolve())).toEqual({ operations: 0, bytes: 0 });
      });
    });
  },
  ['tensorflow'],
);
