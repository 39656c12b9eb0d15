import type { Tensor } from '../tensor/engine.js';
import type { Features, LayerOperations } from '../tensor/operations.js';
import type { TensorSpec, TrainableSpec } from '../tensor/layout.js';
import type { Initializer } from './initializers.js';

/** A trainable tensor and how it starts. */
export interface ParameterSpec extends TrainableSpec {
  readonly initialize: Initializer;
}

/** A tensor that is carried along but not trained: a batch norm's running mean (starts at 0) or variance (at 1). */
export interface BufferSpec extends TensorSpec {
  readonly start: number;
}

/** What a layer can reach while it runs. */
export interface ForwardContext {
  readonly operations: LayerOperations;
  /** In training batch norm uses the batch's statistics and reports them; in evaluation the running ones. */
  readonly training: boolean;
  readonly parameter: (name: string) => Tensor;
  readonly buffer: (name: string) => Tensor;
  /** Takes the value that a buffer saw in this batch, to be blended into its running average. */
  readonly observe: (buffer: string, value: Tensor) => void;
}

/** A function of images or features with named parameters. Layers hold no tensors of their own. */
export interface Layer {
  readonly parameters: readonly ParameterSpec[];
  readonly buffers: readonly BufferSpec[];
  forward(x: Features, context: ForwardContext): Features;
}

/** The same layer, where gradient transforms apply to every parameter. */
export function withAllEligible(layer: Layer): Layer {
  return {
    parameters: layer.parameters.map((parameter) => ({ ...parameter, eligible: true })),
    buffers: layer.buffers,
    forward: (x, context) => layer.forward(x, context),
  };
}

/** Layers one after the other. */
export function sequential(...layers: readonly Layer[]): Layer {
  return {
    parameters: layers.flatMap(({ parameters }) => parameters),
    buffers: layers.flatMap(({ buffers }) => buffers),
    forward: (x, context) => layers.reduce((features, layer) => layer.forward(features, context), x),
  };
}
