import { Layout } from '../../src/tensor/layout.js';
import type { TensorSpec, TrainableSpec } from '../../src/tensor/layout.js';

/** A layout of parameters of which those of two axes and more are eligible, as the kernels of layers are. */
export function parameterLayout(specs: readonly TensorSpec[]): Layout<TrainableSpec> {
  return new Layout(specs.map((spec) => ({ ...spec, eligible: spec.shape.length >= 2 })));
}
