import type { NamedTensors, Tensor } from '../tensor/engine.js';

export interface BaseUpdate {
  /** Parameters after the step, in the shape they came in. */
  readonly parameters: Tensor;
  readonly state: NamedTensors;
}

/** What a base optimizer needs to know of the step. */
export interface StepContext {
  readonly learningRate: number;
  /** 1 for the first step of the run. */
  readonly step: number;
}

/**
 * The optimizer proper: a pure pair over one tensor that holds all parameters. Everything it does is elementwise,
 * so the flat vector of a whole network is updated by the same few operations as a single number.
 */
export interface BaseOptimizer {
  /** State for `size` parameters: flat vectors [size] of zeros. */
  init(size: number): NamedTensors;
  update(gradient: Tensor, state: NamedTensors, parameters: Tensor, context: StepContext): BaseUpdate;
}
