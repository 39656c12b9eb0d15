// The sign of the gradient (Bernstein et al. 2018, arXiv 1802.04434): optimizer.gradient = mine/sign.
import { definePlugin, defineTransform, perTensor, tf, z } from 'gan-bench';

const sign = defineTransform({
  // What a configuration may say under optimizer.options; a key without a default must be given.
  options: z.strictObject({
    scale: z.number().positive().default(1).describe('What the sign is multiplied by.'),
  }),
  reports: [],
  // Called once a run. perTensor looks after what is not eligible (biases, batch norm) and has no state.
  create: ({ scale }) => perTensor((gradient) => tf.mul(tf.sign(gradient), scale)),
});

export const plugin = definePlugin({
  meta: { name: 'mine', version: '1.0.0', apiVersion: 1 },
  transforms: { sign },
});
