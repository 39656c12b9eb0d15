import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

import { sgdKeys } from '../config/optimizer.js';
import { defineOptimizer } from './base.js';
import { stateTensor } from './transform.js';

const VELOCITY = 'velocity';

/**
 * SGD with momentum and coupled L2 as in PyTorch: g ← g + λ·θ, u ← μ·u + g, θ ← θ − η·u, or with Nesterov
 * θ ← θ − η·(g + μ·u). Source: Sutskever et al. 2013, in PyTorch's form.
 */
export const sgd = defineOptimizer({
  options: z.strictObject(sgdKeys),
  reports: [],
  create: ({ momentum, nesterov }) => ({
    init: ({ layout }) => new Map(momentum === 0 ? [] : [[VELOCITY, tf.fill([layout.size], 0)]]),
    update(gradient, state, parameters, { learningRate, weightDecay }) {
      const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(parameters, weightDecay));
      if (momentum === 0) {
        return { parameters: tf.sub(parameters, tf.mul(decayed, learningRate)), state };
      }
      // PyTorch starts the velocity at the first gradient, which is what μ·0 + g gives.
      const velocity = tf.add(tf.mul(stateTensor(state, VELOCITY), momentum), decayed);
      const direction = nesterov ? tf.add(decayed, tf.mul(velocity, momentum)) : velocity;
      return {
        parameters: tf.sub(parameters, tf.mul(direction, learningRate)),
        state: new Map([[VELOCITY, velocity]]),
      };
    },
  }),
});
