import * as tf from '@tensorflow/tfjs-core';

import type { GradientTransform } from './transform.js';

/**
 * Clipping by the global norm: g · min(1, c / ‖g‖₂), the norm over all tensors, eligible or not.
 * Source: Pascanu et al. 2013, arXiv 1211.5063.
 */
export function clip(norm: number): GradientTransform {
  return {
    init: () => new Map(),
    update(gradients, state) {
      const squares = [...gradients.values()].map((gradient) => tf.sum(tf.square(gradient)));
      const globalNorm = tf.sqrt(tf.sum(tf.stack(squares)));
      // c / 0 is infinite, so a gradient of zeros keeps the factor 1.
      const factor = tf.minimum(tf.div(norm, globalNorm), 1);
      return {
        updates: new Map([...gradients].map(([name, gradient]) => [name, tf.mul(gradient, factor)])),
        state,
      };
    },
  };
}
