import * as tf from '@tensorflow/tfjs-core';

import { NO_OPTIONS } from './definition.js';
import { defineTransform, perTensor } from './transform.js';

/**
 * Gradient centralization: g less its mean over all axes but the output one (the last, in HWIO and IO kernels). A vector
 * has no other axis and stays as it is, as in the authors' code.
 * Source: Yong et al. 2020, arXiv 2004.01461.
 */
export const centralize = defineTransform({
  options: NO_OPTIONS,
  reports: [],
  create: () =>
    perTensor((gradient) => {
      if (gradient.rank < 2) return gradient;
      const outputs = gradient.shape[gradient.rank - 1] ?? 1;
      const columns = tf.reshape(gradient, [-1, outputs]);
      return tf.reshape(tf.sub(columns, tf.mean(columns, 0)), gradient.shape);
    }),
});
