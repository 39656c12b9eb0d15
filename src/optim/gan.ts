import * as tf from '@tensorflow/tfjs-core';

import type { Engine, NamedTensors, Tensor } from '../tensor/engine.js';
import { isEligible, mapEligible, stateTensor } from './transform.js';
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
      if (!autoscale) return { updates: center ? centre(engine, gradients) : gradients, state };
      const { centred, scale, globalStd } = globalMoments(engine, gradients);
      const exponent = autoscaleExponent(globalStd, stateTensor(state, EXPONENT));
      const alpha = autoscaleFactor(globalStd, exponent);
      const base = center ? centred : gradients;
      const factor = center ? tf.mul(alpha, scale) : alpha;
      return {
        updates: mapEligible(base, (gradient) => tf.mul(gradient, factor)),
        state: new Map([[EXPONENT, exponent]]),
        autoscale: { alpha, exponent },
      };
    },
  };
}

/** Stage 1: g_l − mean(g_l). */
function centre(engine: Engine, gradients: NamedTensors): NamedTensors {
  return mapEligible(gradients, (gradient) => engine.moments(gradient).centred);
}

interface GlobalMoments {
  /** (g_l − mean(g_l)) / scale of the eligible tensors. */
  readonly centred: NamedTensors;
  readonly scale: Tensor;
  /** σ_t, the global std of the centred gradients, whose mean is 0. */
  readonly globalStd: Tensor;
}

function globalMoments(engine: Engine, gradients: NamedTensors): GlobalMoments {
  const eligible = [...gradients.values()].filter(isEligible);
  if (eligible.length === 0) return { centred: gradients, scale: tf.scalar(1), globalStd: tf.scalar(0) };
  const scale = magnitude(eligible);
  const sums: Tensor[] = [];
  let elements = 0;
  const centred = mapEligible(gradients, (gradient) => {
    const moments = engine.moments(tf.div(gradient, scale));
    sums.push(tf.mul(moments.variance, gradient.size));
    elements += gradient.size;
    return moments.centred;
  });
  const globalStd = tf.mul(tf.sqrt(tf.div(tf.sum(tf.stack(sums)), elements)), scale);
  return { centred, scale, globalStd };
}

/**
 * The power of two just below the largest absolute value. Divided by it, gradients of any size can be squared and
 * summed in float32, and since it is a power of two nothing is rounded on the way there and back.
 */
function magnitude(tensors: readonly Tensor[]): Tensor {
  const largest = tf.max(tf.abs(tf.concat(tensors.map((tensor) => tf.reshape(tensor, [tensor.size])))));
  const power = tf.floor(tf.div(tf.log(largest), Math.LN2));
  // 2^−126 is the smallest number with all its digits, and stands for 0 too; 2^127 could be rounded up to infinity.
  return tf.pow(2, tf.clipByValue(power, -126, 126));
}

/**
 * ln s(σ) for s(σ) = σ / (1 + σ), which maps (0, ∞) onto (0, 1): smooth, increasing and without a parameter.
 * Below 1 it is ln σ − ln(1 + σ), above it −ln(1 + 1/σ): either keeps the digits that the other would cancel.
 */
function logSaturation(globalStd: Tensor): Tensor {
  const below = tf.sub(tf.log(globalStd), tf.log1p(globalStd));
  const above = tf.neg(tf.log1p(tf.reciprocal(globalStd)));
  return tf.where(tf.less(globalStd, 1), below, above);
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
