import type { Tensor } from '@tensorflow/tfjs-core';

import type { GradientOperations } from './gradient-operations.js';

export type { Tensor } from '@tensorflow/tfjs-core';
export type * from './gradient-operations.js';

/** Tensors by name, in a fixed order. */
export type NamedTensors = ReadonlyMap<string, Tensor>;

/**
 * Type of the activations and of what convolutions multiply. Weights, sums, statistics and the loss are float32 in
 * either.
 */
export type Precision = 'float32' | 'bfloat16';

/** What a run's manifest and `doctor` say of the engine. */
export interface EngineInfo {
  /** The name that a configuration asks for it by. */
  readonly backend: string;
  /** Library and version, such as `TensorFlow 2.21.0`. */
  readonly library: string;
  readonly devices: readonly string[];
  /** Whether it computes on a GPU, of whatever name. */
  readonly usesGpu: boolean;
  readonly precision: Precision;
}

/** Stride and zero padding (pixels on each side) of a square convolution. */
export interface ConvolutionGeometry {
  readonly stride: number;
  readonly padding: number;
}

/** Result of batch normalization in training. */
export interface BatchNormResult {
  /** [N, H, W, C] */
  readonly output: Tensor;
  /** Batch mean, [C]. */
  readonly mean: Tensor;
  /** Unbiased batch variance, [C]: what the running average takes up. */
  readonly variance: Tensor;
  /** What the gradient needs again; its meaning is the engine's own. */
  readonly saved: readonly Tensor[];
}

/** What normalization with given statistics takes, each [C]. */
export interface ChannelStatistics {
  readonly scale: Tensor;
  readonly offset: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

export interface BatchNormGradient {
  /** [N, H, W, C] */
  readonly x: Tensor;
  /** [C] */
  readonly scale: Tensor;
  /** [C] */
  readonly offset: Tensor;
}

/**
 * Images [N, H, W, C] on their way through a network. With `affine` [2, C], factors and terms, they are
 * relu(factor · values + term): an engine may leave that to whoever reads them, so that it is never written down.
 */
export interface Features {
  readonly values: Tensor;
  readonly affine?: Tensor | undefined;
}

/** Weights of a unit: convolution kernel, its bias if it has one, and batch norm's scale and offset. */
export interface UnitWeights {
  /** [K, K, I, O] */
  readonly kernel: Tensor;
  /** [O] */
  readonly bias?: Tensor | undefined;
  /** [O] */
  readonly scale: Tensor;
  /** [O] */
  readonly offset: Tensor;
}

/** relu(norm(convolution(x) + bias) + shortcut): what residual networks and VGG are made of. */
export interface Unit {
  readonly x: Features;
  readonly weights: UnitWeights;
  readonly geometry: ConvolutionGeometry;
  readonly epsilon: number;
  /** Like the output; absent where nothing is added. */
  readonly shortcut?: Tensor | undefined;
  /** The output is read more than once, so that it pays to write it down. */
  readonly shared: boolean;
}

export interface UnitResult {
  readonly output: Features;
  /** Batch mean, [O]. */
  readonly mean: Tensor;
  /** Unbiased batch variance, [O]. */
  readonly variance: Tensor;
  /** What the gradient needs again besides the output; its meaning is the engine's own. */
  readonly saved: readonly Tensor[];
}

/** Gradients of a unit's inputs. That of the bias is 0: batch norm takes any constant out again. */
export interface UnitGradients extends UnitWeights {
  /** Absent when it was not asked for. */
  readonly x: Tensor | undefined;
  /** Absent without a shortcut. */
  readonly shortcut: Tensor | undefined;
}

/** Which gradient of a unit's x is wanted. */
export interface InputGradientRequest {
  readonly needed: boolean;
  /** Another gradient of the same x, to be added; the result replaces it. */
  readonly addend?: Tensor | undefined;
}

/** Mean and population variance (scalars) of all elements of a tensor, and the tensor less its mean. */
export interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly centred: Tensor;
}

/**
 * The few operations, with their gradients, that training needs beyond elementwise arithmetic. Images are NHWC,
 * kernels HWIO, everything float32. Elementwise arithmetic comes from tfjs-core, which runs on every backend.
 * Every operation returns new tensors and leaves its inputs alone.
 */
export interface Engine extends GradientOperations {
  readonly info: EngineInfo;

  /** x [N, H, W, I], kernel [K, K, I, O] → [N, H', W', O]. */
  conv2d(x: Tensor, kernel: Tensor, geometry: ConvolutionGeometry): Tensor;
  conv2dInputGradient(dy: Tensor, kernel: Tensor, x: Tensor, geometry: ConvolutionGeometry): Tensor;
  conv2dKernelGradient(dy: Tensor, kernel: Tensor, x: Tensor, geometry: ConvolutionGeometry): Tensor;

  /** Adds bias [C] to the last axis. */
  biasAdd(x: Tensor, bias: Tensor): Tensor;
  /** Sum over all axes but the last: [C]. */
  biasGradient(dy: Tensor): Tensor;

  /** Normalizes over N, H, W with the batch's own mean and biased variance (Ioffe and Szegedy, arXiv 1502.03167). */
  batchNorm(x: Tensor, scale: Tensor, offset: Tensor, epsilon: number): BatchNormResult;
  batchNormGradient(
    dy: Tensor,
    x: Tensor,
    scale: Tensor,
    saved: readonly Tensor[],
    epsilon: number,
  ): BatchNormGradient;
  /** Normalizes with given statistics [C], as in evaluation. */
  normalize(x: Tensor, channels: ChannelStatistics, epsilon: number): Tensor;

  /** A unit in training, with the batch's own statistics. */
  unit(unit: Unit): UnitResult;
  /** @param dy - Gradient of the output, after ReLU. */
  unitGradient(dy: Tensor, unit: Unit, result: UnitResult, input: InputGradientRequest): UnitGradients;
  /** A unit with given statistics [O], as in evaluation. */
  inferUnit(unit: Unit, statistics: { readonly mean: Tensor; readonly variance: Tensor }): Features;
  /** Features as a tensor of their own. */
  materialize(features: Features): Tensor;

  relu(x: Tensor): Tensor;
  /** dy where the output y is positive, else 0. */
  reluGradient(dy: Tensor, y: Tensor): Tensor;

  /** 2 × 2 maximum with stride 2; ties go to the first element in row order. */
  maxPool(x: Features): Tensor;
  maxPoolGradient(dy: Tensor, x: Features, y: Tensor): Tensor;

  /** Every second pixel, channels zero-padded by (channels − C) / 2 on either side (He et al. 2015, option A). */
  subsample(x: Tensor, channels: number): Tensor;
  subsampleGradient(dy: Tensor, x: Tensor): Tensor;

  /** [N, H, W, C] → [N, C]. */
  globalAveragePool(x: Features): Tensor;
  globalAveragePoolGradient(dy: Tensor, x: Features): Tensor;

  /** a · b, with either transposed first. */
  matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;

  /**
   * Softmax cross-entropy of logits [N, C] against target distributions [N, C]:
   * per-example loss [N] and its gradient softmax(logits) − targets, [N, C].
   */
  crossEntropy(logits: Tensor, targets: Tensor): { readonly loss: Tensor; readonly gradient: Tensor };

  /** Two passes, so that a large mean does not cost the variance its digits. */
  moments(x: Tensor): Moments;

  /** Copies host values to the device. */
  tensor(values: Float32Array | Int32Array, shape: readonly number[]): Tensor;
  read(x: Tensor): Promise<Float32Array>;
  /** Runs a synchronous block and disposes every tensor made in it, except those in the returned list. */
  scope<T extends { readonly keep: readonly Tensor[] }>(block: () => T): T;
  /** Tensors that are alive now; a training step must leave this number unchanged. */
  liveTensors(): number;
}
