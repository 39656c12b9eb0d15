import type {
  AdamStep,
  AdamTensors,
  ConvolutionGeometry,
  EngineInfo,
  FeatureTensors,
  InputGradientRequest,
  Packed,
  PackOptions,
  Tensor,
  TensorMoments,
  Unit,
  UnitGradients,
  UnitResult,
} from '../engine.js';
import type { BatchNormGradient, BatchNormResult, ChannelStatistics } from '../portable/parts.js';
import { checkPacking } from '../portable/composed-gradients.js';
import { PortableEngine } from '../portable/engine.js';
import type { LayerNorm, LayerNormGradients, Linear, LinearGradients, Saving } from '../token-operations.js';
import { attention, attentionGradient } from './attention.js';
import { convolve, inputGradient, kernelGradient } from './convolve.js';
import { crossEntropy } from './cross-entropy.js';
import type { Failure } from './device.js';
import { adam, pack, tensorMoments } from './gradients.js';
import { layerNorm, layerNormGradient } from './layer-norm.js';
import { linear, linearGradient } from './linear.js';
import { batchNormGradient } from './norm-gradient.js';
import { batchNorm, normalize } from './normalization.js';
import {
  globalAveragePool,
  globalAveragePoolGradient,
  maxPoolGradient,
  subsample,
  subsampleGradient,
} from './pixels.js';
import type { Programs } from './program.js';
import { channelSum } from './sums.js';
import { computeUnit, computeUnitGradient, inferUnit } from './unit.js';

/** tfjs's WebGPU backend on Dawn, with kernels of our own for what takes the time in a training step. */
export class WebGpuEngine extends PortableEngine {
  readonly #failure: Failure;
  readonly #programs: Programs;

  constructor(info: EngineInfo, programs: Programs, failure: Failure) {
    super(info);
    this.#programs = programs;
    this.#failure = failure;
  }

  override async read(x: Tensor): Promise<Float32Array> {
    return await this.#failure.during(super.read(x));
  }

  override scope<T extends { readonly keep: readonly Tensor[] }>(block: () => T): T {
    this.#failure.check();
    return super.scope(block);
  }

  override conv2d(x: Tensor, kernel: Tensor, geometry: ConvolutionGeometry): Tensor {
    return convolve(this.#programs, x, kernel, geometry);
  }

  override conv2dInputGradient(dy: Tensor, kernel: Tensor, x: Tensor, geometry: ConvolutionGeometry): Tensor {
    return inputGradient(this.#programs, dy, kernel, x, geometry);
  }

  override conv2dKernelGradient(
    dy: Tensor,
    kernel: Tensor,
    x: Tensor,
    geometry: ConvolutionGeometry,
  ): Tensor {
    return kernelGradient(this.#programs, dy, kernel, x, geometry);
  }

  override batchNorm(x: Tensor, scale: Tensor, offset: Tensor, epsilon: number): BatchNormResult {
    return batchNorm(this.#programs, x, { scale, offset }, epsilon);
  }

  override batchNormGradient(
    dy: Tensor,
    x: Tensor,
    scale: Tensor,
    saved: readonly Tensor[],
    epsilon: number,
  ): BatchNormGradient {
    return batchNormGradient(this.#programs, { dy, x, scale, saved }, epsilon);
  }

  override normalize(x: Tensor, channels: ChannelStatistics, epsilon: number): Tensor {
    return normalize(this.#programs, x, channels, epsilon);
  }

  override unit(unit: Unit): UnitResult {
    return computeUnit(this.#programs, unit);
  }

  override unitGradient(
    dy: Tensor,
    unit: Unit,
    result: UnitResult,
    input: InputGradientRequest,
  ): UnitGradients {
    return computeUnitGradient(this.#programs, dy, unit, result, input);
  }

  override inferUnit(
    unit: Unit,
    statistics: { readonly mean: Tensor; readonly variance: Tensor },
  ): FeatureTensors {
    return inferUnit(this.#programs, unit, statistics);
  }

  /** The backend's MaxPoolGrad gives a tie to several elements. */
  override maxPoolGradient(dy: Tensor, x: FeatureTensors, y: Tensor): Tensor {
    return maxPoolGradient(this.#programs, dy, this.materialize(x), y);
  }

  override subsample(x: Tensor, channels: number): Tensor {
    return subsample(this.#programs, x, channels);
  }

  override subsampleGradient(dy: Tensor, x: Tensor): Tensor {
    return subsampleGradient(this.#programs, dy, x);
  }

  override globalAveragePool(x: FeatureTensors): Tensor {
    return globalAveragePool(this.#programs, this.materialize(x));
  }

  override globalAveragePoolGradient(dy: Tensor, { values: x }: FeatureTensors): Tensor {
    return globalAveragePoolGradient(this.#programs, dy, x);
  }

  override crossEntropy(
    logits: Tensor,
    targets: Tensor,
  ): { readonly loss: Tensor; readonly gradient: Tensor } {
    return crossEntropy(this.#programs, logits, targets);
  }

  override tensorMoments(tensors: readonly Tensor[]): TensorMoments {
    if (tensors.length === 0) return super.tensorMoments(tensors);
    return tensorMoments(this.#programs, this, tensors);
  }

  override pack(tensors: readonly Tensor[], options: PackOptions): Packed {
    checkPacking(tensors, options);
    return pack(this.#programs, this, tensors, options);
  }

  override adam(tensors: AdamTensors, step: AdamStep): AdamTensors {
    return adam(this.#programs, tensors, step);
  }

  override linear(map: Linear): Saving {
    return linear(this.#programs, map);
  }

  override linearGradient(dy: Tensor, map: Linear, result: Saving, needed: boolean): LinearGradients {
    return linearGradient(this.#programs, dy, map, result, needed);
  }

  override layerNorm(norm: LayerNorm): Saving {
    return layerNorm(this.#programs, norm);
  }

  override layerNormGradient(
    dy: Tensor,
    norm: LayerNorm,
    result: Saving,
    addend: Tensor | undefined,
  ): LayerNormGradients {
    return layerNormGradient(this.#programs, dy, norm, result, addend);
  }

  override attention(qkv: Tensor, heads: number): Saving {
    return attention(this.#programs, qkv, heads);
  }

  override attentionGradient(dy: Tensor, qkv: Tensor, result: Saving, heads: number): Tensor {
    return attentionGradient(this.#programs, dy, qkv, result, heads);
  }

  protected override channelSum(x: Tensor): Tensor {
    return channelSum(this.#programs, x);
  }
}
