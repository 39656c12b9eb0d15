import { constant } from './initializers.js';
import type { Initializer } from './initializers.js';
import type { Features } from '../tensor/operations.js';
import type { ForwardContext, Layer } from './layer.js';

/** Inside batch norm's square root, as in PyTorch. */
const BATCH_NORM_EPSILON = 1e-5;

/** What the two named parts of a unit are called. */
interface UnitNames {
  readonly convolution: string;
  readonly norm: string;
}

export interface UnitOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly stride?: number;
  readonly kernel: Initializer;
  /** Leave out for a convolution without bias. */
  readonly bias?: Initializer;
  /** The output is read more than once. */
  readonly shared?: boolean;
}

/** A layer that can take a shortcut to be added ahead of its ReLU. */
export interface UnitLayer extends Layer {
  forward(x: Features, context: ForwardContext, shortcut?: Features): Features;
}

/**
 * relu(norm(conv(x)) + shortcut): a 3 × 3 convolution with one pixel of zeros on each side, batch normalization over
 * [N, H, W] of each channel (Ioffe and Szegedy 2015, arXiv 1502.03167) and ReLU: [N, H, W, I] → [N, H/stride, W/stride, O].
 */
export function unit(names: UnitNames, options: UnitOptions): UnitLayer {
  const { inputs, outputs, stride = 1, kernel, bias, shared = false } = options;
  const [kernelName, biasName] = [`${names.convolution}.kernel`, `${names.convolution}.bias`];
  const [scale, offset] = [`${names.norm}.scale`, `${names.norm}.offset`];
  const [mean, variance] = [`${names.norm}.mean`, `${names.norm}.variance`];
  const shape = [outputs];
  return {
    parameters: [
      { name: kernelName, shape: [3, 3, inputs, outputs], eligible: true, initialize: kernel },
      ...(bias ? [{ name: biasName, shape, eligible: false, initialize: bias }] : []),
      { name: scale, shape, eligible: false, initialize: constant(1) },
      { name: offset, shape, eligible: false, initialize: constant(0) },
    ],
    buffers: [
      { name: mean, shape, start: 0 },
      { name: variance, shape, start: 1 },
    ],
    forward(x, { operations, training, parameter, buffer, observe }, shortcut) {
      const weights = {
        kernel: parameter(kernelName),
        bias: bias && parameter(biasName),
        scale: parameter(scale),
        offset: parameter(offset),
      };
      const geometry = { stride, padding: 1 };
      const described = { x, weights, geometry, epsilon: BATCH_NORM_EPSILON, shortcut, shared };
      if (!training) {
        return operations.inferUnit(described, { mean: buffer(mean), variance: buffer(variance) });
      }
      const result = operations.unit(described);
      observe(mean, result.mean);
      observe(variance, result.variance);
      return result.output;
    },
  };
}

/** 2 × 2 maximum, stride 2. */
export const maxPool: Layer = {
  parameters: [],
  buffers: [],
  forward: (x, { operations }) => operations.maxPool(x),
};

/** [N, H, W, C] → [N, C]. */
export const globalAveragePool: Layer = {
  parameters: [],
  buffers: [],
  forward: (x, { operations }) => operations.globalAveragePool(x),
};

interface DenseOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: Initializer;
  readonly bias: Initializer;
}

/** x · kernel + bias: [N, I] → [N, O]. */
export function dense(name: string, { inputs, outputs, kernel, bias }: DenseOptions): Layer {
  const kernelName = `${name}.kernel`;
  const biasName = `${name}.bias`;
  return {
    parameters: [
      { name: kernelName, shape: [inputs, outputs], eligible: true, initialize: kernel },
      { name: biasName, shape: [outputs], eligible: false, initialize: bias },
    ],
    buffers: [],
    forward(x, { operations, parameter }) {
      return operations.biasAdd(operations.dense(x, parameter(kernelName)), parameter(biasName));
    },
  };
}
