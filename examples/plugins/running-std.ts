// Divides each kernel's gradient by a running average of its standard deviation: optimizer.gradient = running/std.
// It shows state: one number for each layer, which checkpoints keep.
import { definePlugin, defineTransform, stateTensor, tf, z } from 'gan-bench';

const AVERAGE = 'average';

const std = defineTransform({
  options: z.strictObject({
    decay: z.number().min(0).lt(1).default(0.9).describe('Share of the average that stays at each step.'),
    epsilon: z.number().positive().default(1e-8).describe('Added to the average before it divides.'),
  }),
  reports: [
    {
      name: 'running_std',
      unit: '',
      meaning: 'Mean over the layers of the running average that each is divided by.',
      ofEpoch: 'mean',
    },
  ],
  create: ({ decay, epsilon }) => ({
    // a_l = 0 for each eligible tensor, [eligible].
    init: ({ parameters }) =>
      new Map([[AVERAGE, tf.zeros([parameters.filter(({ eligible }) => eligible).length])]]),
    update(gradients, state, { moments, step }) {
      // a_l ← β·a_l + (1 − β)·std(g_l); it starts at 0, so that it is a_l / (1 − βᵗ) that divides, as in Adam.
      const std = tf.sqrt(moments.variances);
      const average = tf.add(tf.mul(stateTensor(state, AVERAGE), decay), tf.mul(std, 1 - decay));
      const divisors = tf.add(tf.div(average, 1 - decay ** step), epsilon);
      return {
        tensors: gradients,
        // What only shifts and scales is left to the engine, which does it while it packs the gradients.
        scaling: {
          shifts: tf.zerosLike(divisors),
          factors: tf.reciprocal(divisors),
          others: tf.scalar(1),
        },
        state: new Map([[AVERAGE, average]]),
        reports: new Map([['running_std', tf.mean(divisors)]]),
      };
    },
  }),
});

export const plugin = definePlugin({
  meta: { name: 'running', version: '1.0.0', apiVersion: 1 },
  transforms: { std },
});
