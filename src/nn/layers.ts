import { constant } from './initializers.js';
import type { Initializer } from './initializers.js';
import type { Layer } from './layer.js';

/** Inside batch norm's square root, as in PyTorch. */
const BATCH_NORM_EPSILON = 1e-5;

export interface Conv2dOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly stride?: number;
  readonly kernel: Initializer;
  /** Leave away for a convolution without bias. */
  readonly bias?: Initializer;
}

/** 3 × 3 convolution, one pixel of zeros on each side: [N, H, W, I] → [N, H/stride, W/stride, O]. */
export function conv2d(name: string, { inputs, outputs, stride = 1, kernel, bias }: Conv2dOptions): Layer {
  const kernelName = `${name}.kernel`;
  const biasName = `${name}.bias`;
  return {
    parameters: [
      { name: kernelName, shape: [3, 3, inputs, outputs], initialize: kernel },
      ...(bias ? [{ name: biasName, shape: [outputs], initialize: bias }] : []),
    ],
    buffers: [],
    forward(x, { operations, parameter }) {
      const y = operations.conv2d(x, parameter(kernelName), { stride, padding: 1 });
      return bias ? operations.biasAdd(y, parameter(biasName)) : y;
    },
  };
}

/** Batch normalization over [N, H, W] of each channel (Ioffe and Szegedy 2015, arXiv 1502.03167). */
export function batchNorm(name: string, channels: number): Layer {
  const [scale, offset] = [`${name}.scale`, `${name}.offset`];
  const [mean, variance] = [`${name}.mean`, `${name}.variance`];
  const shape = [channels];
  return {
    parameters: [
      { name: scale, shape, initialize: constant(1) },
      { name: offset, shape, initialize: constant(0) },
    ],
    buffers: [
      { name: mean, shape, start: 0 },
      { name: variance, shape, start: 1 },
    ],
    forward(x, { operations, training, parameter, buffer, observe }) {
      const weights = { scale: parameter(scale), offset: parameter(offset) };
      if (!training) {
        const channels = { ...weights, mean: buffer(mean), variance: buffer(variance) };
        return operations.normalize(x, channels, BATCH_NORM_EPSILON);
      }
      const result = operations.batchNorm(x, weights.scale, weights.offset, BATCH_NORM_EPSILON);
      observe(mean, result.mean);
      observe(variance, result.variance);
      return result.output;
    },
  };
}

export const relu: Layer = {
  parameters: [],
  buffers: [],
  forward: (x, { operations }) => operations.relu(x),
};

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

export interface DenseOptions {
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
      { name: kernelName, shape: [inputs, outputs], initialize: kernel },
      { name: biasName, shape: [outputs], initialize: bias },
    ],
    buffers: [],
    forward(x, { operations, parameter }) {
      return operations.biasAdd(operations.dense(x, parameter(kernelName)), parameter(biasName));
    },
  };
}
