import type { z } from 'zod';

import type { NamedTensors, Scaling, Tensor, TensorMoments } from '../tensor/engine.js';
import type { TrainableSpec } from '../tensor/layout.js';
import type { Definition } from './definition.js';
import type { Randomness } from './randomness.js';

/** What a transform is given with the gradients. */
export interface TransformContext {
  /** The parameters in the order of the network. */
  readonly parameters: readonly TrainableSpec[];
  /** Of the eligible gradients, in their order. */
  readonly moments: TensorMoments;
  /** 1 for the first step of the run. */
  readonly step: number;
  /** The transform's own random numbers of this step. */
  readonly random: Randomness;
}

/** Result of a gradient transform. */
export interface TransformResult {
  /** A new tensor, or the very same one where nothing changes, for each gradient. */
  readonly tensors: NamedTensors;
  /**
   * What is left to be done to them, with a shift and a factor for each eligible tensor; absent: nothing. An engine does
   * it while it packs the tensors, which costs next to nothing.
   */
  readonly scaling?: Scaling;
  /** The state after the step: the tensors of `init`, by name and shape. */
  readonly state: NamedTensors;
  /** Scalars by the names of the definition's `reports`, at every step the same; absent: nothing to tell. */
  readonly reports?: NamedTensors;
}

/** What a transform is given before the first step. */
export interface TransformStart {
  /** The parameters in the order of the network. */
  readonly parameters: readonly TrainableSpec[];
  readonly random: Randomness;
}

/**
 * What is done to the gradients before the base optimizer sees them: a pure pair over named tensors. Only the
 * eligible tensors (kernels, unless a configuration says `optimizer.eligible: all`) are transformed, but for formulas
 * that say otherwise.
 */
export interface GradientTransform {
  /** The state before the first step: float32 tensors of any shape, which checkpoints keep as they are. */
  init(start: TransformStart): NamedTensors;
  update(gradients: NamedTensors, state: NamedTensors, context: TransformContext): TransformResult;
}

/** What a transform is before there is a network. */
export type TransformDefinition<Shape extends z.ZodRawShape = z.ZodRawShape> = Definition<
  GradientTransform,
  Shape
>;

/** A gradient transform, which knows the types of its options. */
export function defineTransform<Shape extends z.ZodRawShape>(
  definition: TransformDefinition<Shape>,
): TransformDefinition<Shape> {
  return definition;
}

/** A transform without state that replaces each eligible tensor, looking at nothing else. */
export function perTensor(transform: (gradient: Tensor) => Tensor): GradientTransform {
  return {
    init: () => new Map(),
    update(gradients, state, { parameters }) {
      const eligible = new Set(parameters.filter((spec) => spec.eligible).map(({ name }) => name));
      const tensors = [...gradients].map(
        ([name, gradient]) => [name, eligible.has(name) ? transform(gradient) : gradient] as const,
      );
      return { tensors: new Map(tensors), state };
    },
  };
}

/** The tensor of that name in an optimizer's state; its absence is a mistake of the method, not of the user. */
export function stateTensor(state: NamedTensors, name: string): Tensor {
  const tensor = state.get(name);
  if (tensor === undefined) throw new Error(`the optimizer state has no tensor named ${name}`);
  return tensor;
}
