import type { Tensor } from '@tensorflow/tfjs-core';

/** Mean and population variance of each of some tensors, [tensors], in their order. */
export interface TensorMoments {
  readonly means: Tensor;
  readonly variances: Tensor;
  /** Of all elements, each less its own tensor's mean; a scalar, over the whole range of float32. */
  readonly std: Tensor;
}

/** Measured tensors become factor · (x − shift), with a shift and a factor for each, [measured]; the others, others · x. */
export interface Scaling {
  readonly shifts: Tensor;
  readonly factors: Tensor;
  /** A scalar. */
  readonly others: Tensor;
}

export interface PackOptions {
  /** For each tensor whether its moments are wanted, and its scaling is its own. */
  readonly measured: readonly boolean[];
  /** Absent: nothing is changed. */
  readonly scaling?: Scaling | undefined;
}

/** Tensors scaled and laid out one after the other. */
export interface Packed {
  readonly flat: Tensor;
  /** Of the measured ones after scaling, [measured]. */
  readonly means: Tensor;
  readonly variances: Tensor;
  /** 0 if all is finite, else NaN. */
  readonly check: Tensor;
}

/** What Adam works on, all flat [size]. */
export interface AdamTensors {
  readonly gradient: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
  readonly parameters: Tensor;
}

/** Numbers of one step of Adam: θ ← decay · θ − rate · m / (√v / correction + ε). */
export interface AdamStep {
  readonly decay: number;
  readonly beta1: number;
  readonly beta2: number;
  /** √(1 − β₂ᵗ) */
  readonly correction: number;
  readonly epsilon: number;
  /** η / (1 − β₁ᵗ) */
  readonly rate: number;
}

/** What is done to the gradients of all parameters at once. */
export interface GradientOperations {
  tensorMoments(tensors: readonly Tensor[]): TensorMoments;
  /** Scales tensors and packs them into one flat vector, measuring them on the way. */
  pack(tensors: readonly Tensor[], options: PackOptions): Packed;
  /**
   * Both moments and the parameters after a step; see optim/adam.ts. The gradient is left alone, the others are disposed
   * of: none of them need be there twice.
   *
   * @throws Error, and leaves all of them alone, unless they are of one size.
   */
  adam(tensors: AdamTensors, step: AdamStep): AdamTensors;
}

/** @throws Error unless gradient, moments and parameters are flat vectors of one size. */
export function requireOneSize({ gradient, first, second, parameters }: AdamTensors): void {
  const flat = (tensor: Tensor) => tensor.rank === 1 && tensor.size === parameters.size;
  if (![gradient, first, second, parameters].every(flat))
    throw new Error('gradient, moments and parameters are no flat vectors of one size');
}
