import * as tf from '@tensorflow/tfjs-core';

import type { OptimizerUpdate } from '../optim/optimizer.js';
import type { Tensor } from '../tensor/engine.js';
import { GLOBAL_LAYER } from './global-layer.js';

/** Statistics of one eligible tensor (or of all together, layer `global`), averaged over the steps of an epoch. */
export interface LayerStatistics {
  readonly layer: string;
  readonly elements: number;
  readonly gradMean: number;
  readonly gradStd: number;
  readonly updateMean: number;
  readonly updateStd: number;
}

/** Values per tensor in the device vector: mean and variance of the gradient and of the update. */
const VALUES = 4;

/**
 * Mean and population variance of the raw and of the transformed gradient of each eligible tensor, on the device.
 *
 * @returns [layers, 4]: per tensor gradient mean, gradient variance, update mean, update variance
 */
export function layerMoments({ gradients, updates }: OptimizerUpdate['moments']): Tensor {
  return tf.stack([gradients.means, gradients.variances, updates.means, updates.variances], 1);
}

/**
 * Statistics of each tensor and, last, of all together (layer `global`): over the concatenation of tensors with
 * means μ_l, variances v_l and n_l elements the mean is μ = Σ n_l·μ_l / N and the variance
 * Σ n_l·(v_l + (μ_l − μ)²) / N.
 *
 * @param values what {@link layerMoments} returned, on the host
 */
export function layerStatistics(
  layers: readonly { readonly name: string; readonly size: number }[],
  values: Float32Array,
): LayerStatistics[] {
  const rows = layers.map(({ name, size }, index) => {
    const [gradMean = 0, gradVariance = 0, updateMean = 0, updateVariance = 0] = values.subarray(
      index * VALUES,
      (index + 1) * VALUES,
    );
    return { name, size, gradMean, gradVariance, updateMean, updateVariance };
  });
  const elements = rows.reduce((sum, { size }) => sum + size, 0);
  const pooled = (mean: 'gradMean' | 'updateMean', variance: 'gradVariance' | 'updateVariance') => {
    const total = rows.reduce((sum, row) => sum + row.size * row[mean], 0) / elements;
    const spread = rows.reduce((sum, row) => sum + row.size * (row[variance] + (row[mean] - total) ** 2), 0);
    return { mean: total, std: Math.sqrt(spread / elements) };
  };
  const gradient = pooled('gradMean', 'gradVariance');
  const update = pooled('updateMean', 'updateVariance');
  return [
    ...rows.map((row) => ({
      layer: row.name,
      elements: row.size,
      gradMean: row.gradMean,
      gradStd: Math.sqrt(row.gradVariance),
      updateMean: row.updateMean,
      updateStd: Math.sqrt(row.updateVariance),
    })),
    {
      layer: GLOBAL_LAYER,
      elements,
      gradMean: gradient.mean,
      gradStd: gradient.std,
      updateMean: update.mean,
      updateStd: update.std,
    },
  ];
}
