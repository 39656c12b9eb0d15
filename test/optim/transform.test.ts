import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { isEligible, perTensor, stateTensor } from '../../src/optim/transform.js';
import { onEachBackend } from '../support/backends.js';
import { transformOnce, values } from './steps.js';

describe('isEligible', () => {
  it.each([[[]], [[5]]])('passes over shape %j', (shape) => {
    expect(isEligible({ shape })).toBe(false);
  });

  it.each([[[5, 1]], [[3, 3, 1, 1]]])('takes shape %j', (shape) => {
    expect(isEligible({ shape })).toBe(true);
  });
});

describe('stateTensor', () => {
  it('says which tensor an optimizer state lacks', () => {
    expect(() => stateTensor(new Map(), 'velocity')).toThrow('no tensor named velocity');
  });
});

onEachBackend(
  (engine) => {
    it('perTensor keeps the order of the tensors', async () => {
      const double = perTensor((gradient) => tf.mul(gradient, 2));
      const { updates } = await transformOnce(engine(), double, {
        c: values([1, 1], 1),
        a: values([1], 2),
        b: values([1, 1], 3),
      });
      expect(Object.entries(updates)).toEqual([
        ['c', Float32Array.of(2)],
        ['a', Float32Array.of(2)],
        ['b', Float32Array.of(6)],
      ]);
    });
  },
  ['cpu'],
);
