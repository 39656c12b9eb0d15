import * as tf from '@tensorflow/tfjs-core';

import type { Engine, NamedTensors, Tensor } from '../tensor/engine.js';
import { mapEligible, stateTensor } from './transform.js';
import type { GradientTransform } from './transform.js';

/** Ablation switches, all on by default. With `center` and `autoscale` off the gradient passes unchanged. */
export interface GanOptions {
  /** Stage 1: subtract each eligible tensor's mean. */
  readonly center?: boolean;
  /** Stage 2: multiply all eligible tensors by one factor α_t. */
  readonly autoscale?: boolean;
  /** Fix the exponent at the first step; off: p = 1. */
  readonly adaptiveExponent?: boolean;
}

const EXPONENT = 'exponent';

/** Stands for "not fixed yet": the exponent itself is always positive. */
const UNSET = 0;

/**
 * Gradient Autoscaled Normalization: α_t · (g_l − mean(g_l)) with one α_t for the whole network.
 *
 * Source: Yun, arXiv 2509.03677. The paper's description gives the structure (centring per tensor, one global
 * factor ≤ 1 from the global gradient std, an exponent adapted at the first iteration). The formulas for α and p
 * are our reading of it: see {@link autoscaleFactor} and {@link autoscaleExponent}.
 */
export function gan(
  engine: Engine,
  { center = true, autoscale = true, adaptiveExponent = true }: GanOptions = {},
): GradientTransform {
  return {
    init: () => new Map(autoscale ? [[EXPONENT, tf.scalar(adaptiveExponent ? UNSET : 1)]] : []),
    update(gradients, state) {
      if (!center && !autoscale) return { updates: gradients, state };
      const { centred, globalStd } = centre(engine, gradients);
      const base = center ? centred : gradients;
      if (!autoscale) return { updates: base, state };
      const exponent = autoscaleExponent(globalStd, stateTensor(state, EXPONENT));
      const alpha = autoscaleFactor(globalStd, exponent);
      return {
        updates: mapEligible(base, (gradient) => tf.mul(gradient, alpha)),
        state: new Map([[EXPONENT, exponent]]),
        autoscale: { alpha, exponent },
      };
    },
  };
}

/** Centred eligible gradients and the global std σ_t of their concatenation, whose mean is 0. */
function centre(engine: Engine, gradients: NamedTensors): { centred: NamedTensors; globalStd: Tensor } {
  const sums: Tensor[] = [];
  let elements = 0;
  const centred = mapEligible(gradients, (gradient) => {
    const moments = engine.moments(gradient);
    sums.push(tf.mul(moments.variance, gradient.size));
    elements += gradient.size;
    return moments.centred;
  });
  if (sums.length === 0) return { centred, globalStd: tf.scalar(0) };
  return { centred, globalStd: tf.sqrt(tf.div(tf.sum(tf.stack(sums)), elements)) };
}

/**
 * ln s(σ) for s(σ) = σ / (1 + σ), which maps (0, ∞) onto (0, 1): smooth, increasing and without a parameter.
 * The logarithms keep their digits where the quotient would round to 0 or 1.
 */
function logSaturation(globalStd: Tensor): Tensor {
  return tf.minimum(tf.sub(tf.log(globalStd), tf.log1p(globalStd)), 0);
}

/**
 * The exponent p = 1 / (1 − ln s(σ_1)) in (0, 1], fixed at the first step whose gradient is not zero throughout.
 * It keeps α_1 above 1/e however small the first gradient is. Our formula.
 *
 * @param current the exponent so far, 0 if it is not fixed yet; scalar
 */
export function autoscaleExponent(globalStd: Tensor, current: Tensor): Tensor {
  const adapted = tf.reciprocal(tf.sub(1, logSaturation(globalStd)));
  return tf.where(tf.greater(current, UNSET), current, adapted);
}

/** α_t = s(σ_t)^p in (0, 1], and 0 for σ_t = 0, so that a gradient of zeros gives an update of zeros. Our formula. */
export function autoscaleFactor(globalStd: Tensor, exponent: Tensor): Tensor {
  const factor = tf.exp(tf.mul(exponent, logSaturation(globalStd)));
  return tf.where(tf.equal(globalStd, 0), tf.zerosLike(factor), factor);
}
