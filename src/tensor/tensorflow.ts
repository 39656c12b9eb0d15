import * as tf from '@tensorflow/tfjs-core';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';

import { UserError } from '../errors.js';
import type {
  AdamStep,
  AdamTensors,
  BatchNormGradient,
  BatchNormResult,
  ChannelStatistics,
  Engine,
  EngineInfo,
  Features,
  InputGradientRequest,
  Packed,
  PackOptions,
  Precision,
  Tensor,
  TensorMoments,
  Unit,
  UnitGradients,
  UnitResult,
} from './engine.js';
import type { KernelStatus } from './kernel-library.js';
import { loadNativeTensorFlow } from './native.js';
import { NativeKernels } from './native-kernels.js';
import { PortableEngine } from './portable.js';

/**
 * Loads the native library into this process.
 *
 * @throws UserError `engine` when it does not load, or cannot compute in the precision asked for
 */
export function openTensorFlow(precision: Precision): Engine {
  const { version, devices, backend, kernels } = loadNativeTensorFlow();
  if (precision === 'bfloat16') requireBfloat16(kernels);
  const hasKernels = kernels.state === 'ready';
  const library = `TensorFlow ${version}${hasKernels ? ` with kernels for ${kernels.variant}` : ''}`;
  return new TensorFlowEngine({ backend: 'tensorflow', library, devices, precision }, backend, hasKernels);
}

function requireBfloat16(kernels: KernelStatus): void {
  if (kernels.state === 'ready' && kernels.variant === 'avx512-bf16') return;
  const reason =
    kernels.state === 'ready'
      ? `the kernels in use are for ${kernels.variant}, and bfloat16 takes a processor with AVX512-BF16`
      : `it takes the kernels, and ${kernels.reason}${kernels.fix === undefined ? '' : ` (${kernels.fix})`}`;
  throw new UserError(
    'engine',
    `precision: "bfloat16" is not to be had here: ${reason}. Use precision: float32; gan-bench doctor says more.`,
  );
}

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string;
}

/**
 * The native TensorFlow library. Where TensorFlow has one operation for what tfjs composes of many (batch norm,
 * ReLU gradient, softmax cross-entropy, …) it is called by name, past tfjs.
 */
export class TensorFlowEngine extends PortableEngine implements Engine {
  readonly #backend: NodeJSKernelBackend;
  readonly #float: Attribute;
  readonly #nhwc: Attribute;
  /** The empty running statistics that FusedBatchNorm takes in training. */
  readonly #empty: Tensor;
  /** Absent where they are not compiled or the processor lacks their instructions. */
  readonly #kernels: NativeKernels | undefined;

  constructor(info: EngineInfo, backend: NodeJSKernelBackend, hasKernels: boolean) {
    super(info);
    this.#backend = backend;
    this.#float = { name: 'T', type: backend.binding.TF_ATTR_TYPE, value: backend.binding.TF_FLOAT };
    this.#nhwc = { name: 'data_format', type: backend.binding.TF_ATTR_STRING, value: 'NHWC' };
    this.#empty = tf.keep(tf.tensor1d([], 'float32'));
    this.#kernels = hasKernels ? new NativeKernels(backend, this.#empty, info.precision) : undefined;
  }

  override biasAdd(x: Tensor, bias: Tensor): Tensor {
    // Without data_format: its default, NHWC, means the last axis for a matrix too.
    return this.#backend.executeSingleOutput('BiasAdd', [this.#float], [x, bias]);
  }

  override biasGradient(dy: Tensor): Tensor {
    return this.#backend.executeSingleOutput('BiasAddGrad', [this.#float], [dy]);
  }

  override batchNorm(x: Tensor, scale: Tensor, offset: Tensor, epsilon: number): BatchNormResult {
    const [output, mean, variance, savedMean, savedVariance, reserve] = this.#backend.executeMultipleOutputs(
      'FusedBatchNormV3',
      this.#batchNormAttributes(epsilon, true),
      [x, scale, offset, this.#empty, this.#empty],
      6,
    );
    if (!output || !mean || !variance || !savedMean || !savedVariance || !reserve) throw missingOutput();
    return { output, mean, variance, saved: [savedMean, savedVariance, reserve] };
  }

  override batchNormGradient(
    dy: Tensor,
    x: Tensor,
    scale: Tensor,
    saved: readonly Tensor[],
    epsilon: number,
  ): BatchNormGradient {
    const [gradient, scaleGradient, offsetGradient] = this.#backend.executeMultipleOutputs(
      'FusedBatchNormGradV3',
      this.#batchNormAttributes(epsilon, true),
      [dy, x, scale, ...saved],
      5,
    );
    if (!gradient || !scaleGradient || !offsetGradient) throw missingOutput();
    return { x: gradient, scale: scaleGradient, offset: offsetGradient };
  }

  override normalize(
    x: Tensor,
    { scale, offset, mean, variance }: ChannelStatistics,
    epsilon: number,
  ): Tensor {
    const [output] = this.#backend.executeMultipleOutputs(
      'FusedBatchNormV3',
      this.#batchNormAttributes(epsilon, false),
      [x, scale, offset, mean, variance],
      6,
    );
    if (!output) throw missingOutput();
    return output;
  }

  override unit(unit: Unit): UnitResult {
    const kernels = this.#kernels;
    if (!kernels?.supports(unit)) return super.unit(unit);
    const { raw, moments, affine, mean, variance } = kernels.convolve(unit);
    if (!unit.shared && unit.shortcut === undefined)
      return { output: { values: raw, affine }, mean, variance, saved: [moments] };
    const values = kernels.activate(raw, affine, unit.shortcut);
    affine.dispose();
    return { output: { values }, mean, variance, saved: [moments, raw] };
  }

  override unitGradient(
    dy: Tensor,
    unit: Unit,
    result: UnitResult,
    input: InputGradientRequest,
  ): UnitGradients {
    const kernels = this.#kernels;
    if (!kernels?.supports(unit)) return super.unitGradient(dy, unit, result, input);
    const { x, weights, geometry, epsilon, shortcut } = unit;
    const [moments, raw = result.output.values] = result.saved;
    if (moments === undefined) throw new Error('the unit saved nothing');
    const output = shortcut && result.output.values;
    const norm = kernels.normGradient(dy, raw, output, moments, weights, epsilon);
    const dx = input.needed ? this.#inputGradient(kernels, norm.raw, unit, input.addend) : undefined;
    const kernel = kernels.kernelGradient(x, norm.raw, geometry.stride);
    norm.raw.dispose();
    if (shortcut === undefined) norm.sum.dispose();
    return {
      x: dx,
      kernel,
      bias: weights.bias && tf.zerosLike(weights.bias),
      scale: norm.scale,
      offset: norm.offset,
      shortcut: shortcut && norm.sum,
    };
  }

  /** That of the images themselves, which training never asks for, is left to TensorFlow. */
  #inputGradient(
    kernels: NativeKernels,
    dy: Tensor,
    { x, weights: { kernel }, geometry }: Unit,
    addend: Tensor | undefined,
  ): Tensor {
    if (kernels.supportsGradientOf(x.values))
      return kernels.inputGradient(dy, kernel, geometry.stride, addend);
    const gradient = this.conv2dInputGradient(dy, kernel, x.values, geometry);
    if (addend === undefined) return gradient;
    const sum = tf.add(gradient, addend);
    gradient.dispose();
    return sum;
  }

  override inferUnit(unit: Unit, { mean, variance }: { mean: Tensor; variance: Tensor }): Features {
    const kernels = this.#kernels;
    if (!kernels?.supports(unit)) return super.inferUnit(unit, { mean, variance });
    const { weights, shortcut, shared, epsilon } = unit;
    const { raw } = kernels.convolve(unit);
    const affine = kernels.normAffine(tf.stack([mean, variance]), weights.scale, weights.offset, epsilon);
    const features = { values: raw, affine };
    return shared || shortcut ? { values: kernels.activate(raw, affine, shortcut) } : features;
  }

  override materialize({ values, affine }: Features): Tensor {
    return affine && this.#kernels ? this.#kernels.activate(values, affine) : values;
  }

  override maxPool(x: Features): Tensor {
    return this.#halving(x)?.maxPool(x) ?? super.maxPool(x);
  }

  override maxPoolGradient(dy: Tensor, x: Features, y: Tensor): Tensor {
    return this.#halving(x)?.maxPoolGradient(dy, x) ?? super.maxPoolGradient(dy, x, y);
  }

  override subsample(x: Tensor, channels: number): Tensor {
    return this.#halving({ values: x })?.subsample(x, channels) ?? super.subsample(x, channels);
  }

  override subsampleGradient(dy: Tensor, x: Tensor): Tensor {
    return this.#halving({ values: x })?.subsampleGradient(dy, x) ?? super.subsampleGradient(dy, x);
  }

  override globalAveragePool(x: Features): Tensor {
    return this.#pooling(x)?.averagePool(x) ?? super.globalAveragePool(x);
  }

  override globalAveragePoolGradient(dy: Tensor, x: Features): Tensor {
    return this.#pooling(x)?.averagePoolGradient(dy, x) ?? super.globalAveragePoolGradient(dy, x);
  }

  #halving(x: Features): NativeKernels | undefined {
    return this.#kernels?.canHalve(x) ? this.#kernels : undefined;
  }

  #pooling(x: Features): NativeKernels | undefined {
    return this.#kernels?.canPool(x) ? this.#kernels : undefined;
  }

  override tensorMoments(tensors: readonly Tensor[]): TensorMoments {
    return tensors.length === 0
      ? super.tensorMoments(tensors)
      : (this.#kernels?.tensorMoments(tensors) ?? super.tensorMoments(tensors));
  }

  override pack(tensors: readonly Tensor[], options: PackOptions): Packed {
    return this.#kernels?.pack(tensors, options) ?? super.pack(tensors, options);
  }

  override adam(tensors: AdamTensors, step: AdamStep): AdamTensors {
    return this.#kernels?.adam(tensors, step) ?? super.adam(tensors, step);
  }

  override reluGradient(dy: Tensor, y: Tensor): Tensor {
    return this.#backend.executeSingleOutput('ReluGrad', [this.#float], [dy, y]);
  }

  override crossEntropy(logits: Tensor, targets: Tensor): { loss: Tensor; gradient: Tensor } {
    const [loss, gradient] = this.#backend.executeMultipleOutputs(
      'SoftmaxCrossEntropyWithLogits',
      [this.#float],
      [logits, targets],
      2,
    );
    if (!loss || !gradient) throw missingOutput();
    return { loss, gradient };
  }

  /** L2Loss is Σ x² / 2 in one pass without a temporary. */
  protected override meanSquare(x: Tensor): Tensor {
    const halfSum = this.#backend.executeSingleOutput('L2Loss', [this.#float], [x]);
    return tf.mul(halfSum, 2 / x.size);
  }

  #batchNormAttributes(epsilon: number, training: boolean): Attribute[] {
    const { TF_ATTR_TYPE, TF_FLOAT, TF_ATTR_FLOAT, TF_ATTR_BOOL } = this.#backend.binding;
    return [
      this.#float,
      { name: 'U', type: TF_ATTR_TYPE, value: TF_FLOAT },
      { name: 'epsilon', type: TF_ATTR_FLOAT, value: epsilon },
      this.#nhwc,
      { name: 'is_training', type: TF_ATTR_BOOL, value: training },
    ];
  }
}

function missingOutput(): Error {
  return new Error('TensorFlow returned fewer outputs than the operation has');
}
