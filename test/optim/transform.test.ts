import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { perTensor, stateTensor } from '../../src/optim/transform.js';
import { onEachBackend } from '../support/backends.js';
import { tensorOf } from '../support/values.js';
import { RANDOM } from './parts.js';
import { transformOnce, values } from './steps.js';

describe('stateTensor', () => {
  it('says which tensor an optimizer state lacks', () => {
    expect(() => stateTensor(new Map(), 'velocity')).toThrow('no tensor named velocity');
  });
});

onEachBackend(
  (engine) => {
    it('perTensor keeps the order of the tensors', async () => {
      const double = perTensor((gradient) => tf.mul(gradient, 2));
      const { updates } = await transformOnce(
        engine(),
        { method: double, reports: [] },
        {
          c: values([1, 1], 1),
          a: values([1], 2),
          b: values([1, 1], 3),
        },
      );
      expect(Object.entries(updates)).toEqual([
        ['c', Float32Array.of(2)],
        ['a', Float32Array.of(2)],
        ['b', Float32Array.of(6)],
      ]);
    });

    it('perTensor goes by what the parameters say of themselves, not by their shapes', async () => {
      const double = perTensor((gradient) => tf.mul(gradient, 2));
      const parameters = [
        { name: 'gain', shape: [2], eligible: true },
        { name: 'table', shape: [1, 2], eligible: false },
      ];
      const { updates } = engine().scope(() => {
        const gradients = new Map(
          parameters.map(({ name, shape }) => [name, tensorOf(engine(), shape, 3, 4)]),
        );
        const moments = engine().tensorMoments([]);
        const { tensors } = double.update(gradients, new Map(), {
          ...{ parameters, moments, step: 1 },
          random: RANDOM,
        });
        return { updates: tensors, keep: [...tensors.values()] };
      });
      const read = await Promise.all([...updates.values()].map((tensor) => engine().read(tensor)));
      for (const tensor of updates.values()) tensor.dispose();
      expect(read).toEqual([Float32Array.of(6, 8), Float32Array.of(3, 4)]);
    });
  },
  ['cpu'],
);
