import type { Tensor } from '@tensorflow/tfjs-core';

import type { GradientOperations } from './gradient-operations.js';
import type { TokenOperations } from './token-operations.js';

export type { Tensor } from '@tensorflow/tfjs-core';
export type * from './gradient-operations.js';
export type * from './token-operations.js';

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

/**
 * Images [N, H, W, C] on their way through a network. With `affine` [2, C], factors and terms, they are
 * relu(factor · values + term): an engine may leave that to whoever reads them, so that it is never written down.
 */
export interface FeatureTensors {
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
  readonly x: FeatureTensors;
  readonly weights: UnitWeights;
  readonly geometry: ConvolutionGeometry;
  readonly epsilon: number;
  /** Like the output; absent where nothing is added. */
  readonly shortcut?: Tensor | undefined;
  /** The output is read more than once, so that it pays to write it down. */
  readonly shared: boolean;
}

export interface UnitResult {
  readonly output: FeatureTensors;
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

/** What some work asked of an engine. */
export interface Traffic {
  readonly operations: number;
  /**
   * Of the tensors that each operation was given and gave, once each: the least that has to be read or written where
   * nothing stays in a cache from one operation to the next.
   */
  readonly bytes: number;
}

/**
 * The few operations, with their gradients, that training needs beyond elementwise arithmetic. Images are NHWC,
 * kernels HWIO, everything float32. Elementwise arithmetic comes from tfjs-core, which runs on every backend.
 * Every operation returns new tensors and leaves its inputs alone.
 */
export interface Engine extends GradientOperations, TokenOperations {
  readonly info: EngineInfo;

  /** Adds bias [C] to the last axis. */
  biasAdd(x: Tensor, bias: Tensor): Tensor;
  /** Sum over all axes but the last: [C]. */
  biasGradient(dy: Tensor): Tensor;

  /** A unit in training, with the batch's own statistics. */
  unit(unit: Unit): UnitResult;
  /** @param dy - Gradient of the output, after ReLU. */
  unitGradient(dy: Tensor, unit: Unit, result: UnitResult, input: InputGradientRequest): UnitGradients;
  /** A unit with given statistics [O], as in evaluation. */
  inferUnit(unit: Unit, statistics: { readonly mean: Tensor; readonly variance: Tensor }): FeatureTensors;
  /** Features as a tensor of their own. */
  materialize(features: FeatureTensors): Tensor;

  /** 2 × 2 maximum with stride 2; ties go to the first element in row order. */
  maxPool(x: FeatureTensors): Tensor;
  maxPoolGradient(dy: Tensor, x: FeatureTensors, y: Tensor): Tensor;

  /** Every second pixel, channels zero-padded by (channels − C) / 2 on either side (He et al. 2015, option A). */
  subsample(x: Tensor, channels: number): Tensor;
  subsampleGradient(dy: Tensor, x: Tensor): Tensor;

  /** [N, H, W, C] → [N, C]. */
  globalAveragePool(x: FeatureTensors): Tensor;
  globalAveragePoolGradient(dy: Tensor, x: FeatureTensors): Tensor;

  /** a · b, with either transposed first. */
  matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;

  /**
   * Softmax cross-entropy of logits [N, C] against target distributions [N, C]:
   * per-example loss [N] and its gradient softmax(logits) − targets, [N, C].
   */
  crossEntropy(logits: Tensor, targets: Tensor): { readonly loss: Tensor; readonly gradient: Tensor };

  /** Copies host values to the device. */
  tensor(values: Float32Array | Int32Array, shape: readonly number[]): Tensor;
  read(x: Tensor): Promise<Float32Array>;
  /** Runs a synchronous block and disposes every tensor made in it, except those in the returned list. */
  scope<T extends { readonly keep: readonly Tensor[] }>(block: () => T): T;
  /** Tensors that are alive now; a training step must leave this number unchanged. */
  liveTensors(): number;

  /** Does some work and counts what it asks for; absent where operations are not called in one place. */
  trafficOf?(work: () => Promise<unknown>): Promise<Traffic>;
}
