import type { z } from 'zod';

import type { NamedTensors, Tensor } from '../tensor/engine.js';
import type { Layout, TrainableSpec } from '../tensor/layout.js';
import type { Definition } from './definition.js';
import type { Randomness } from './randomness.js';

export interface BaseUpdate {
  /** Parameters after the step, in the shape they came in. */
  readonly parameters: Tensor;
  /** The state after the step: the tensors of `init`, by name and shape. */
  readonly state: NamedTensors;
  /** Scalars by the names of the definition's `reports`, at every step the same; absent: nothing to tell. */
  readonly reports?: NamedTensors;
}

/** What a base optimizer is given before the first step. */
export interface BaseStart {
  /** How the parameters lie in the flat vector. */
  readonly layout: Layout<TrainableSpec>;
  readonly random: Randomness;
}

/** What a base optimizer needs to know of the step. */
export interface StepContext extends BaseStart {
  /** η of the step, after warm-up and decay. */
  readonly learningRate: number;
  /** λ, the configuration's `optimizer.weightDecay`: what it does to the parameters is up to the optimizer. */
  readonly weightDecay: number;
  /** 1 for the first step of the run. */
  readonly step: number;
}

/**
 * The optimizer proper: a pure pair over one tensor that holds all parameters. Where all that it does is elementwise,
 * the flat vector of a whole network is updated by the same few operations as a single number; `layout.unpack` gives
 * the single tensors, `layout.pack` puts them together again.
 */
export interface BaseOptimizer {
  /** The state before the first step: float32 tensors of any shape, flat vectors [layout.size] among them. */
  init(start: BaseStart): NamedTensors;
  /** @param gradient - What the transform has made of the gradient, flat [layout.size], as `parameters` are. */
  update(gradient: Tensor, state: NamedTensors, parameters: Tensor, context: StepContext): BaseUpdate;
}

/** What a base optimizer is before there is a network. */
export type OptimizerDefinition<Shape extends z.ZodRawShape = z.ZodRawShape> = Definition<
  BaseOptimizer,
  Shape
>;

/** A base optimizer, which knows the types of its options. */
export function defineOptimizer<Shape extends z.ZodRawShape>(
  definition: OptimizerDefinition<Shape>,
): OptimizerDefinition<Shape> {
  return definition;
}
