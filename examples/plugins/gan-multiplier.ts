// Gradient Autoscaled Normalization with another multiplier: optimizer.gradient = gan-multiplier/tanh.
// The paper's description (arXiv 2509.03677) says what α_t must do, not its formula. Whoever has the formula, puts it into
// `multiplier`, and compares it with ours (src/optim/gan.ts) and with AdamW.
import { definePlugin, defineTransform, NO_OPTIONS, tf } from 'gan-bench';
import type { Tensor } from 'gan-bench';

/** α_t from σ_t, the global std of the centred gradients: both scalars. tanh(σ) maps (0, ∞) onto (0, 1), and 0 onto 0. */
function multiplier(globalStd: Tensor): Tensor {
  return tf.tanh(globalStd);
}

const tanh = defineTransform({
  options: NO_OPTIONS,
  // The same names as of the built-in gan, so that tables and figures show both alike.
  reports: [
    { name: 'autoscale_alpha', unit: 'in (0, 1)', meaning: 'α_t = tanh σ_t.', ofEpoch: 'mean' },
    {
      name: 'autoscale_sigma',
      unit: '',
      meaning: 'σ_t, the global std of the centred gradients.',
      ofEpoch: 'mean',
    },
  ],
  create: () => ({
    init: () => new Map(),
    update(gradients, state, { moments: { means, std: sigma } }) {
      const alpha = multiplier(sigma);
      return {
        tensors: gradients,
        // α_t · (g_l − mean(g_l)), the same α_t for all layers; other tensors pass unchanged.
        scaling: { shifts: means, factors: tf.mul(tf.onesLike(means), alpha), others: tf.scalar(1) },
        state,
        reports: new Map([
          ['autoscale_alpha', alpha],
          ['autoscale_sigma', sigma],
        ]),
      };
    },
  }),
});

export const plugin = definePlugin({
  meta: { name: 'gan-multiplier', version: '1.0.0', apiVersion: 1 },
  transforms: { tanh },
});
