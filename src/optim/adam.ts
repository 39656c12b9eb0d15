import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

import { adamKeys } from '../config/optimizer.js';
import type { AdamStep, GradientOperations, NamedTensors, Tensor } from '../tensor/engine.js';
import { defineOptimizer } from './base.js';
import type { BaseStart, BaseUpdate, StepContext } from './base.js';
import { stateTensor } from './transform.js';

const options = z.strictObject(adamKeys);

type AdamSettings = z.output<typeof options>;

const FIRST = 'firstMoment';
const SECOND = 'secondMoment';

/**
 * Adam with decoupled weight decay, in PyTorch's order: first θ ← θ − η·λ·θ, then θ ← θ − η · m̂ / (√v̂ + ε).
 * Source: Loshchilov and Hutter, arXiv 1711.05101.
 */
export const adamw = defineOptimizer({
  options,
  reports: [],
  create: (settings, engine) => ({
    init: moments,
    update: (gradient, state, parameters, context) =>
      adamStep(engine, gradient, state, parameters, {
        ...numbersOf(settings, context),
        decay: 1 - context.learningRate * context.weightDecay,
      }),
  }),
});

/** Adam with coupled L2: λ·θ is added to the gradient. Source: Kingma and Ba, arXiv 1412.6980. */
export const adam = defineOptimizer({
  options,
  reports: [],
  create: (settings, engine) => ({
    init: moments,
    update(gradient, state, parameters, context) {
      const { weightDecay } = context;
      const decayed = weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(parameters, weightDecay));
      return adamStep(engine, decayed, state, parameters, { ...numbersOf(settings, context), decay: 1 });
    },
  }),
});

/** Filled by the engine: zeros that come from here would stay in the memory of JavaScript until it is cleared. */
function moments({ layout: { size } }: BaseStart): NamedTensors {
  return new Map([
    [FIRST, tf.fill([size], 0)],
    [SECOND, tf.fill([size], 0)],
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
  engine: GradientOperations,
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
