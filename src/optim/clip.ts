import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

import { clipKeys } from '../config/optimizer.js';
import { defineTransform } from './transform.js';

/**
 * Clipping by the global norm: g · min(1, c / ‖g‖₂), the norm over all tensors, eligible or not.
 * Source: Pascanu et al. 2013, arXiv 1211.5063.
 */
export const clip = defineTransform({
  options: z.strictObject(clipKeys),
  reports: [],
  create: ({ clipNorm }, engine) => ({
    init: () => new Map(),
    update(tensors, state, { moments: eligible }) {
      // A tensor of n elements with mean μ and variance v has the squared norm n · (v + μ²).
      const { means, variances } = engine.tensorMoments([...tensors.values()]);
      const sizes = tf.tensor1d([...tensors.values()].map(({ size }) => size));
      const squares = tf.mul(sizes, tf.add(variances, tf.square(means)));
      // c / 0 is infinite, so a gradient of zeros keeps the factor 1.
      const factor = tf.minimum(tf.div(clipNorm, tf.sqrt(tf.sum(squares))), 1);
      const factors = tf.mul(tf.onesLike(eligible.means), factor);
      return { tensors, scaling: { shifts: tf.zerosLike(eligible.means), factors, others: factor }, state };
    },
  }),
});
