import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { onEachBackend } from '../../support/backends.js';

/** These kernels of tfjs-node call methods that tfjs-core's tensors lack until the bundle gives them to them. */
onEachBackend(() => {
  it('takes the exponential of whole numbers', () => {
    expect(tf.exp(tf.tensor1d([0, 1], 'int32')).dataSync()[1]).toBeCloseTo(Math.E, 5);
  });

  it('finds the largest and smallest of truth values', () => {
    expect([...tf.argMax(tf.tensor1d([0, 1, 0], 'bool')).dataSync()]).toEqual([1]);
    expect([...tf.argMin(tf.tensor1d([1, 0, 1], 'bool')).dataSync()]).toEqual([1]);
  });

  it('multiplies what is below zero by a slope', () => {
    const slopes = tf.tensor1d([0.5, 0.25]);
    expect([...tf.prelu(tf.tensor1d([-2, 3]), slopes).dataSync()]).toEqual([-1, 3]);
  });
}, ['tensorflow']);
