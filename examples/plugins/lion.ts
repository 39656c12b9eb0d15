// Lion (Chen et al. 2023, arXiv 2302.06675, algorithm 2): optimizer.base = lion/lion.
import { defineOptimizer, definePlugin, stateTensor, tf, z } from 'gan-bench';

const MOMENTUM = 'momentum';

const lion = defineOptimizer({
  options: z.strictObject({
    beta1: z.number().min(0).lt(1).default(0.9).describe('Share of the momentum in the direction.'),
    beta2: z.number().min(0).lt(1).default(0.99).describe('Share of the momentum that stays.'),
  }),
  reports: [],
  create: ({ beta1, beta2 }) => ({
    // All parameters lie in one flat vector, and so do their gradients: [layout.size].
    init: ({ layout }) => new Map([[MOMENTUM, tf.zeros([layout.size])]]),
    update(gradient, state, parameters, { learningRate, weightDecay }) {
      const momentum = stateTensor(state, MOMENTUM);
      // c = β₁·m + (1 − β₁)·g,  θ ← θ − η·(sign(c) + λ·θ),  m ← β₂·m + (1 − β₂)·g
      const direction = tf.sign(tf.add(tf.mul(momentum, beta1), tf.mul(gradient, 1 - beta1)));
      const decayed = tf.mul(parameters, 1 - learningRate * weightDecay);
      return {
        parameters: tf.sub(decayed, tf.mul(direction, learningRate)),
        state: new Map([[MOMENTUM, tf.add(tf.mul(momentum, beta2), tf.mul(gradient, 1 - beta2))]]),
      };
    },
  }),
});

export const plugin = definePlugin({
  meta: { name: 'lion', version: '1.0.0', apiVersion: 1 },
  optimizers: { lion },
});
