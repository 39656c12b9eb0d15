import * as tf from '@tensorflow/tfjs-core';

import type { Engine } from '../tensor/engine.js';
import { perTensor } from './transform.js';
import type { GradientTransform } from './transform.js';

/** Keeps a gradient of zeros from being divided by zero. */
const EPSILON = 1e-8;

/**
 * Z-score gradient normalization: (g − mean(g)) / (std(g) + ε), per eligible tensor, population std, ε = 1e-8.
 * Source: Yun, ZNorm, arXiv 2408.01215.
 */
export function zscore(engine: Engine): GradientTransform {
  return perTensor((gradient) => {
    const { centred, variance } = engine.moments(gradient);
    return tf.div(centred, tf.add(tf.sqrt(variance), EPSILON));
  });
}
