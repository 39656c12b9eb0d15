import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

import { ganKeys } from '../config/optimizer.js';
import type { Tensor } from '../tensor/engine.js';
import { defineTransform, stateTensor } from './transform.js';

const EXPONENT = 'exponent';

/** Stands for "not fixed yet": the exponent itself is always positive. */
const UNSET = 0;

const WHEN_EMPTY = "Empty without `gan`'s autoscale.";

/**
 * Gradient Autoscaled Normalization: α_t · (g_l − mean(g_l)) with one α_t for the whole network.
 *
 * Source: Yun, arXiv 2509.03677. The paper's description gives the structure (centring per tensor, one global
 * factor ≤ 1 from the global gradient std, an exponent adapted at the first iteration). The formulas for α and p
 * are our reading of it: see {@link autoscaleFactor} and {@link autoscaleExponent}.
 */
export const gan = defineTransform({
  options: z.strictObject(ganKeys),
  reports: [
    {
      name: 'autoscale_alpha',
      unit: 'in (0, 1]',
      meaning: `α_t. ${WHEN_EMPTY}`,
      ofEpoch: 'mean',
    },
    {
      name: 'autoscale_exponent',
      unit: 'in (0, 1]',
      meaning: `p, fixed at the first step whose gradient is not zero throughout. ${WHEN_EMPTY}`,
      ofEpoch: 'last',
    },
    {
      name: 'autoscale_sigma',
      unit: '',
      meaning: `σ_t, the global std of the centred gradients, with \`center\` off too. ${WHEN_EMPTY}`,
      ofEpoch: 'mean',
    },
  ],
  // With `center` and `autoscale` off the gradient passes unchanged.
  create: ({ gan: { center, autoscale, adaptiveExponent } }) => ({
    init: () => new Map(autoscale ? [[EXPONENT, tf.scalar(adaptiveExponent ? UNSET : 1)]] : []),
    update(tensors, state, { moments: { means, std: sigma } }) {
      if (!autoscale && !center) return { tensors, state };
      const shifts = center ? means : tf.zerosLike(means);
      const others = tf.scalar(1);
      if (!autoscale) return { tensors, scaling: { shifts, factors: tf.onesLike(means), others }, state };
      const saturation = saturationOf(sigma);
      const exponent = autoscaleExponent(saturation, stateTensor(state, EXPONENT));
      const alpha = autoscaleFactor(saturation, exponent);
      return {
        tensors,
        scaling: { shifts, factors: tf.mul(tf.onesLike(means), alpha), others },
        state: new Map([[EXPONENT, exponent]]),
        reports: new Map([
          ['autoscale_alpha', alpha],
          ['autoscale_exponent', exponent],
          ['autoscale_sigma', sigma],
        ]),
      };
    },
  }),
});

/** What both formulas take of σ, the global std. */
export interface Saturation {
  /** ln s(σ), meaningless where σ is 0: a GPU's logarithm of 0 need not be infinite. */
  readonly log: Tensor;
  /** Whether σ is 0. */
  readonly isNothing: Tensor;
}

/**
 * ln s(σ) for s(σ) = σ / (1 + σ), which maps (0, ∞) onto (0, 1): smooth, increasing and without a parameter.
 * Below 1 it is ln σ − ln(1 + σ), above it −ln(1 + 1/σ): either keeps the digits that the other would cancel.
 */
export function saturationOf(globalStd: Tensor): Saturation {
  const below = tf.sub(tf.log(globalStd), tf.log1p(globalStd));
  const above = tf.neg(tf.log1p(tf.reciprocal(globalStd)));
  const log = tf.where(tf.less(globalStd, 1), below, above);
  return { log, isNothing: tf.equal(globalStd, 0) };
}

/**
 * The exponent p = 1 / (1 − ln s(σ_1)) in (0, 1], fixed at the first step whose gradient is not zero throughout.
 * It keeps α_1 above 1/e however small the first gradient is. Our formula.
 *
 * @param current the exponent so far, 0 if it is not fixed yet; scalar
 */
export function autoscaleExponent({ log, isNothing }: Saturation, current: Tensor): Tensor {
  const adapted = tf.reciprocal(tf.sub(1, log));
  return tf.where(tf.logicalOr(tf.greater(current, UNSET), isNothing), current, adapted);
}

/** α_t = s(σ_t)^p in (0, 1], and 0 for σ_t = 0, so that a gradient of zeros gives an update of zeros. Our formula. */
export function autoscaleFactor({ log, isNothing }: Saturation, exponent: Tensor): Tensor {
  return tf.where(isNothing, tf.scalar(0), tf.exp(tf.mul(exponent, log)));
}
