import * as tf from '@tensorflow/tfjs-core';

import type { Engine } from '../tensor/engine.js';
import type { BaseOptimizer } from './base.js';
import { stateTensor } from './transform.js';

export interface SgdSettings {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

const VELOCITY = 'velocity';

/**
 * SGD with momentum and coupled L2 as in PyTorch: g ← g + λ·θ, u ← μ·u + g, θ ← θ − η·u, or with Nesterov
 * θ ← θ − η·(g + μ·u). Source: Sutskever et al. 2013, in PyTorch's form.
 */
export function sgd(_engine: Engine, { momentum, nesterov, weightDecay }: SgdSettings): BaseOptimizer {
  return {
    init: (size) => new Map(momentum === 0 ? [] : [[VELOCITY, tf.zeros([size])]]),
    update(gradient, state, parameters, { learningRate }) {
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
  };
}
