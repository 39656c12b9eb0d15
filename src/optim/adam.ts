import * as tf from '@tensorflow/tfjs-core';

import type { AdamStep, Engine, NamedTensors, Tensor } from '../tensor/engine.js';
import type { BaseOptimizer, BaseUpdate, StepContext } from './base.js';
import { stateTensor } from './transform.js';

export interface AdamSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

const FIRST = 'firstMoment';
const SECOND = 'secondMoment';

/**
 * Adam with decoupled weight decay, in PyTorch's order: first θ ← θ − η·λ·θ, then θ ← θ − η · m̂ / (√v̂ + ε).
 * Source: Loshchilov and Hutter, arXiv 1711.05101.
 */
export function adamw(engine: Engine, settings: AdamSettings): BaseOptimizer {
  return {
    init: moments,
    update: (gradient, state, parameters, context) =>
      adamStep(engine, gradient, state, parameters, {
        ...numbersOf(settings, context),
        decay: 1 - context.learningRate * settings.weightDecay,
      }),
  };
}

/** Adam with coupled L2: λ·θ is added to the gradient. Source: Kingma and Ba, arXiv 1412.6980. */
export function adam(engine: Engine, settings: AdamSettings): BaseOptimizer {
  const { weightDecay } = settings;
  return {
    init: moments,
    update(gradient, state, parameters, context) {
      const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(parameters, weightDecay));
      return adamStep(engine, decayed, state, parameters, { ...numbersOf(settings, context), decay: 1 });
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
function numbersOf(
  { beta1, beta2, epsilon }: AdamSettings,
  { learningRate, step }: StepContext,
): Omit<AdamStep, 'decay'> {
  const correction = Math.sqrt(1 - beta2 ** step);
  return { beta1, beta2, correction, epsilon, rate: learningRate / (1 - beta1 ** step) };
}

function adamStep(
  engine: Engine,
  gradient: Tensor,
  state: NamedTensors,
  parameters: Tensor,
  step: AdamStep,
): BaseUpdate {
  const [first, second] = [stateTensor(state, FIRST), stateTensor(state, SECOND)];
  const updated = engine.adam({ gradient, first, second, parameters }, step);
  return {
    parameters: updated.parameters,
    state: new Map([
      [FIRST, updated.first],
      [SECOND, updated.second],
    ]),
  };
}
