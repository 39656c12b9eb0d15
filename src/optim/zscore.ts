import * as tf from '@tensorflow/tfjs-core';

import { NO_OPTIONS } from './definition.js';
import { defineTransform } from './transform.js';

/** Keeps a gradient of zeros from being divided by zero. */
const EPSILON = 1e-8;

/**
 * Z-score gradient normalization: (g − mean(g)) / (std(g) + ε), per eligible tensor, population std, ε = 1e-8.
 * A tensor of one element becomes 0, for its std is.
 * Source: Yun, ZNorm, arXiv 2408.01215.
 */
export const zscore = defineTransform({
  options: NO_OPTIONS,
  reports: [],
  create: () => ({
    init: () => new Map(),
    update(tensors, state, { moments: { means, variances } }) {
      const factors = tf.reciprocal(tf.add(tf.sqrt(variances), EPSILON));
      return { tensors, scaling: { shifts: means, factors, others: tf.scalar(1) }, state };
    },
  }),
});
