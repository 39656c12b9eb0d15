import * as tf from '@tensorflow/tfjs-core';

import type { NamedTensors, Tensor } from '../tensor/engine.js';
import type { BaseOptimizer, StepContext } from './base.js';
import { stateTensor } from './transform.js';

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
}

const FIRST = 'firstMoment';
const SECOND = 'secondMoment';

/**
 * Adam with decoupled weight decay, in PyTorch's order: first θ ← θ − η·λ·θ, then θ ← θ − η · m̂ / (√v̂ + ε).
 * Source: Loshchilov and Hutter, arXiv 1711.05101.
 */
export function adamw(options: AdamOptions = {}): BaseOptimizer {
  const { weightDecay = 5e-5 } = options;
  return {
    init: moments,
    update(gradient, state, parameters, context) {
      const decayed = tf.mul(parameters, 1 - context.learningRate * weightDecay);
      return adamStep(gradient, state, decayed, context, options);
    },
  };
}

/** Adam with coupled L2: λ·θ is added to the gradient. Source: Kingma and Ba, arXiv 1412.6980. */
export function adam(options: AdamOptions = {}): BaseOptimizer {
  const { weightDecay = 0 } = options;
  return {
    init: moments,
    update(gradient, state, parameters, context) {
      const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(parameters, weightDecay));
      return adamStep(decayed, state, parameters, context, options);
    },
  };
}

function moments(size: number): NamedTensors {
  return new Map([
    [FIRST, tf.zeros([size])],
    [SECOND, tf.zeros([size])],
  ]);
}

/** m and v are moving averages of g and g², m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ). */
function adamStep(
  gradient: Tensor,
  state: NamedTensors,
  parameters: Tensor,
  { learningRate, step }: StepContext,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions,
): { parameters: Tensor; state: NamedTensors } {
  const first = tf.add(tf.mul(stateTensor(state, FIRST), beta1), tf.mul(gradient, 1 - beta1));
  const second = tf.add(tf.mul(stateTensor(state, SECOND), beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const denominator = tf.add(tf.div(tf.sqrt(second), Math.sqrt(1 - beta2 ** step)), epsilon);
  const change = tf.mul(tf.div(first, denominator), learningRate / (1 - beta1 ** step));
  return {
    parameters: tf.sub(parameters, change),
    state: new Map([
      [FIRST, first],
      [SECOND, second],
    ]),
  };
}
