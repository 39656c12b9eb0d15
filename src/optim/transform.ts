import type { NamedTensors, Scaling, Tensor, TensorMoments } from '../tensor/engine.js';

/** Result of a gradient transform. */
export interface TransformResult {
  /** A new tensor, or the very same one where nothing changes, for each gradient. */
  readonly tensors: NamedTensors;
  /** What is left to be done to them, with a shift and a factor for each eligible tensor; absent: nothing. */
  readonly scaling?: Scaling;
  readonly state: NamedTensors;
  /** GAN's multiplier and exponent (scalars); other transforms have none. */
  readonly autoscale?: { readonly alpha: Tensor; readonly exponent: Tensor };
}

/**
 * What is done to the gradients before the base optimizer sees them: a pure pair over named tensors. Only the
 * eligible tensors (rank ≥ 2: kernels) are transformed, unless the formula says otherwise.
 */
export interface GradientTransform {
  /** The state before the first step. */
  init(): NamedTensors;
  /** @param moments - Of the eligible gradients, in their order. */
  update(gradients: NamedTensors, state: NamedTensors, moments: TensorMoments): TransformResult;
}

/**
 * Whether a transform applies to a tensor. The paper speaks of eligible layers; convolution and dense kernels,
 * that is rank ≥ 2, is our reading.
 */
export function isEligible(tensor: { readonly shape: readonly number[] }): boolean {
  return tensor.shape.length >= 2;
}

/** A transform without state that replaces each eligible tensor, looking at nothing else. */
export function perTensor(transform: (gradient: Tensor) => Tensor): GradientTransform {
  return {
    init: () => new Map(),
    update(gradients, state) {
      const tensors = [...gradients].map(
        ([name, gradient]) => [name, isEligible(gradient) ? transform(gradient) : gradient] as const,
      );
      return { tensors: new Map(tensors), state };
    },
  };
}

/** The tensor of that name in an optimizer's state; its absence is a mistake of ours, not the user's. */
export function stateTensor(state: NamedTensors, name: string): Tensor {
  const tensor = state.get(name);
  if (tensor === undefined) throw new Error(`the optimizer state has no tensor named ${name}`);
  return tensor;
}
