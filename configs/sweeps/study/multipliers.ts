// Gradient Autoscaled Normalization with two other multipliers, which have all the properties that the description of the
// method states, as ours has: does the formula matter? α_t = s(σ_t)^p with p = 1 / (1 − ln s(σ_1)), fixed at the first step,
// as in src/optim/gan.ts; of ours s(σ) is σ / (1 + σ).
import { definePlugin, defineTransform, NO_OPTIONS, stateTensor, tf } from 'gan-bench';
import type { Tensor } from 'gan-bench';

const EXPONENT = 'exponent';
/** Stands for "not fixed yet": the exponent itself is always positive. */
const UNSET = 0;

/** @param saturation - s: smooth, increasing, maps (0, ∞) onto (0, 1), and like σ where σ is small. */
function gan(saturation: (globalStd: Tensor) => Tensor, formula: string) {
  return defineTransform({
    options: NO_OPTIONS,
    // The names of the built-in gan, so that tables and figures show them alike.
    reports: [
      { name: 'autoscale_alpha', unit: 'in [0, 1]', meaning: `α_t with s(σ) = ${formula}.`, ofEpoch: 'mean' },
      {
        name: 'autoscale_exponent',
        unit: 'in (0, 1]',
        meaning: `p with s(σ) = ${formula}, fixed at the first step whose gradient is not zero throughout.`,
        ofEpoch: 'last',
      },
      {
        name: 'autoscale_sigma',
        unit: '',
        meaning: 'σ_t, the global std of the centred gradients.',
        ofEpoch: 'mean',
      },
    ],
    create: () => ({
      init: () => new Map([[EXPONENT, tf.scalar(UNSET)]]),
      update(gradients, state, { moments: { means, std: sigma } }) {
        const isNothing = tf.equal(sigma, 0);
        const log = tf.log(saturation(sigma));
        const current = stateTensor(state, EXPONENT);
        const adapted = tf.reciprocal(tf.sub(1, log));
        const isFixed = tf.logicalOr(tf.greater(current, UNSET), isNothing);
        const exponent = tf.where(isFixed, current, adapted);
        const alpha = tf.where(isNothing, tf.scalar(0), tf.exp(tf.mul(exponent, log)));
        return {
          tensors: gradients,
          scaling: { shifts: means, factors: tf.mul(tf.onesLike(means), alpha), others: tf.scalar(1) },
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
}

export const plugin = definePlugin({
  meta: { name: 'multipliers', version: '1.0.0', apiVersion: 1 },
  transforms: {
    tanh: gan((std) => tf.tanh(std), 'tanh σ'),
    exponential: gan((std) => tf.neg(tf.expm1(tf.neg(std))), '1 − exp(−σ)'),
  },
});
