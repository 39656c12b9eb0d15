import * as tf from '@tensorflow/tfjs-core';

import { UserError } from '../../errors.js';
import type {
  AdamStep,
  AdamTensors,
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
import type { NativeBackend } from './native-backend.js';
import { isPacked } from './native-call.js';
import { NativeGradients } from './native-gradients.js';
import { describeImages, NativeKernels } from './native-kernels.js';
import { TransformerEngine } from './transformer-engine.js';

/**
 * The native TensorFlow library with the project's own kernels for what they support. In bfloat16 nothing else is left
 * to TensorFlow: it would take pairs of packed channels for whole numbers.
 */
export class KernelEngine extends TransformerEngine {
  readonly #kernels: NativeKernels;
  readonly #gradients: NativeGradients;

  constructor(info: EngineInfo, backend: NativeBackend) {
    super(info, backend);
    this.#kernels = new NativeKernels(this.call, info.precision);
    this.#gradients = new NativeGradients(this.call);
  }

  override unit(unit: Unit): UnitResult {
    const kernels = this.#kernels;
    if (!this.#takes(unit)) return super.unit(unit);
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
    if (!this.#takes(unit)) return super.unitGradient(dy, unit, result, input);
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
    if (this.#canDo(kernels.supportsGradientOf(x.values), 'the gradient of the images', x.values))
      return kernels.inputGradient(dy, kernel, geometry.stride, addend);
    const gradient = this.conv2dInputGradient(dy, kernel, x.values, geometry);
    if (addend === undefined) return gradient;
    const sum = tf.add(gradient, addend);
    gradient.dispose();
    return sum;
  }

  override inferUnit(unit: Unit, { mean, variance }: { mean: Tensor; variance: Tensor }): FeatureTensors {
    const kernels = this.#kernels;
    if (!this.#takes(unit)) return super.inferUnit(unit, { mean, variance });
    const { weights, shortcut, shared, epsilon } = unit;
    const { raw } = kernels.convolve(unit);
    const affine = kernels.normAffine(tf.stack([mean, variance]), weights.scale, weights.offset, epsilon);
    const features = { values: raw, affine };
    return shared || shortcut ? { values: kernels.activate(raw, affine, shortcut) } : features;
  }

  override materialize({ values, affine }: FeatureTensors): Tensor {
    return affine ? this.#kernels.activate(values, affine) : values;
  }

  override maxPool(x: FeatureTensors): Tensor {
    return this.#halving(x)?.maxPool(x) ?? super.maxPool(x);
  }

  override maxPoolGradient(dy: Tensor, x: FeatureTensors, y: Tensor): Tensor {
    return this.#halving(x)?.maxPoolGradient(dy, x) ?? super.maxPoolGradient(dy, x, y);
  }

  override subsample(x: Tensor, channels: number): Tensor {
    return this.#halving({ values: x })?.subsample(x, channels) ?? super.subsample(x, channels);
  }

  override subsampleGradient(dy: Tensor, x: Tensor): Tensor {
    return this.#halving({ values: x })?.subsampleGradient(dy, x) ?? super.subsampleGradient(dy, x);
  }

  override globalAveragePool(x: FeatureTensors): Tensor {
    return this.#pooling(x)?.averagePool(x) ?? super.globalAveragePool(x);
  }

  override globalAveragePoolGradient(dy: Tensor, x: FeatureTensors): Tensor {
    return this.#pooling(x)?.averagePoolGradient(dy, x) ?? super.globalAveragePoolGradient(dy, x);
  }

  #halving(x: FeatureTensors): NativeKernels | undefined {
    return this.#canDo(this.#kernels.canHalve(x), 'pooling', x.values) ? this.#kernels : undefined;
  }

  #pooling(x: FeatureTensors): NativeKernels | undefined {
    return this.#canDo(this.#kernels.canPool(x), 'pooling', x.values) ? this.#kernels : undefined;
  }

  #takes(unit: Unit): boolean {
    const { kernel } = unit.weights;
    const what = `a unit with kernels [${kernel.shape.join(', ')}] and stride ${unit.geometry.stride}`;
    return this.#canDo(this.#kernels.supports(unit), what, unit.x.values);
  }

  /** Whether the kernels do it; if not, TensorFlow must, which it can in float32 alone. */
  #canDo(supported: boolean, what: string, images: Tensor): boolean {
    if (supported || this.info.precision === 'float32') return supported;
    throw new UserError(
      'engine',
      `precision: "bfloat16" does not go with ${what} of ${describeImages(images)}: it takes 3 × 3 convolutions with padding 1, ` +
        'channels in multiples of 16, and heights and widths that a stride or pooling divides. Use precision: float32.',
    );
  }

  override biasAdd(x: Tensor, bias: Tensor): Tensor {
    return super.biasAdd(this.#unpacked(x, 'a bias'), bias);
  }

  override matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
    const what = 'a dense layer';
    return super.matMul(this.#unpacked(a, what), this.#unpacked(b, what), transposeA, transposeB);
  }

  override crossEntropy(logits: Tensor, targets: Tensor): { loss: Tensor; gradient: Tensor } {
    return super.crossEntropy(this.#unpacked(logits, 'a loss'), targets);
  }

  /** A tensor for TensorFlow's operations, which would take pairs of packed channels for whole numbers. */
  #unpacked(x: Tensor, what: string): Tensor {
    this.#canDo(!isPacked(x), what, x);
    return x;
  }

  override tensorMoments(tensors: readonly Tensor[]): TensorMoments {
    return tensors.length === 0 ? super.tensorMoments(tensors) : this.#gradients.tensorMoments(tensors);
  }

  override pack(tensors: readonly Tensor[], options: PackOptions): Packed {
    return this.#gradients.pack(tensors, options);
  }

  override adam(tensors: AdamTensors, step: AdamStep): AdamTensors {
    return this.#gradients.adam(tensors, step);
  }
}
