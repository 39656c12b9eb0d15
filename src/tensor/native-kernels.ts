import * as tf from '@tensorflow/tfjs-core';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';

import type {
  AdamStep,
  AdamTensors,
  Features,
  Packed,
  PackOptions,
  Precision,
  Tensor,
  TensorMoments,
  Unit,
  UnitWeights,
} from './engine.js';
import { dimensions4 } from './shapes.js';

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string;
}

/** A convolution's raw output, its batch statistics and the normalization that they give. */
export interface Convolved {
  /** [N, H, W, O] */
  readonly raw: Tensor;
  /** Batch mean and biased variance, [2, O]. */
  readonly moments: Tensor;
  /** Factors and terms of the normalization, [2, O]. */
  readonly affine: Tensor;
  /** [O] */
  readonly mean: Tensor;
  /** Unbiased, [O]. */
  readonly variance: Tensor;
}

export interface NormGradient {
  readonly raw: Tensor;
  /** Of the sum of the norm and the shortcut; empty where no output was given. */
  readonly sum: Tensor;
  readonly scale: Tensor;
  readonly offset: Tensor;
}

/** Channels come in vectors of this many numbers… */
const LANES = 16;
/** …but for those of the images themselves. */
const IMAGE_CHANNELS = 3;

/** The project's own TensorFlow operations (src/tensor/kernels), called by name. */
export class NativeKernels {
  readonly #backend: NodeJSKernelBackend;
  /** Stands for an input that is not there. */
  readonly #none: Tensor;
  readonly #precision: Precision;

  constructor(backend: NodeJSKernelBackend, none: Tensor, precision: Precision) {
    this.#backend = backend;
    this.#none = none;
    this.#precision = precision;
  }

  /** Whether the kernels can compute a unit: 3 × 3, channels in whole vectors, images that the stride divides. */
  supports({ x, weights, geometry: { stride, padding } }: Unit): boolean {
    const [, height, width, inputs] = featureShape(x.values);
    const [size, , , outputs] = dimensions4(weights.kernel);
    const isImage = x.affine === undefined && inputs === IMAGE_CHANNELS;
    return (
      size === 3 &&
      padding === 1 &&
      outputs % LANES === 0 &&
      (isImage || inputs % LANES === 0) &&
      height % stride === 0 &&
      width % stride === 0
    );
  }

  /** Whether the kernels can pool these features; halving them is another matter. */
  canPool({ values }: Features): boolean {
    return featureShape(values)[3] % LANES === 0;
  }

  canHalve(x: Features): boolean {
    const [, height, width] = featureShape(x.values);
    return this.canPool(x) && height % 2 === 0 && width % 2 === 0;
  }

  /** Whether they can compute the gradient of these images: not of those with 3 channels. */
  supportsGradientOf(x: Tensor): boolean {
    return featureShape(x)[3] % LANES === 0;
  }

  convolve({ x, weights, geometry, epsilon }: Unit): Convolved {
    const { kernel, bias, scale, offset } = weights;
    const [raw, moments, affine, mean, variance] = this.#run(
      'GanBenchConvolve',
      [
        ...this.#types({ Tin: x.values }),
        this.#type('T', this.#precision === 'bfloat16'),
        this.#integer('stride', geometry.stride),
        this.#float('epsilon', epsilon),
      ],
      [x.values, x.affine, kernel, bias, scale, offset],
      5,
    );
    if (!raw || !moments || !affine || !mean || !variance) throw missingOutput();
    return { raw, moments, affine, mean, variance };
  }

  inputGradient(dy: Tensor, kernel: Tensor, stride: number, addend: Tensor | undefined): Tensor {
    const attributes = [...this.#types({ T: dy, Tadd: addend }), this.#integer('stride', stride)];
    return this.#runOne('GanBenchConvolveInputGradient', attributes, [dy, kernel, addend]);
  }

  kernelGradient(x: Features, dy: Tensor, stride: number): Tensor {
    const attributes = [...this.#types({ Tin: x.values, T: dy }), this.#integer('stride', stride)];
    return this.#runOne('GanBenchConvolveKernelGradient', attributes, [x.values, x.affine, dy]);
  }

  /** relu(norm(raw) + shortcut) */
  activate(raw: Tensor, affine: Tensor, shortcut?: Tensor): Tensor {
    const attributes = this.#types({ T: raw, Tadd: shortcut });
    return this.#runOne('GanBenchActivate', attributes, [raw, affine, shortcut]);
  }

  /** @param moments - Mean and biased variance, [2, O]. */
  normAffine(moments: Tensor, scale: Tensor, offset: Tensor, epsilon: number): Tensor {
    return this.#runOne('GanBenchNormAffine', [this.#float('epsilon', epsilon)], [moments, scale, offset]);
  }

  /** @param output - After ReLU; given only with a shortcut, whose gradient then comes back too. */
  normGradient(
    dy: Tensor,
    raw: Tensor,
    output: Tensor | undefined,
    moments: Tensor,
    { scale, offset }: UnitWeights,
    epsilon: number,
  ): NormGradient {
    const [gradient, sum, scaleGradient, offsetGradient] = this.#run(
      'GanBenchNormGradient',
      [...this.#types({ T: raw, Tout: output }), this.#float('epsilon', epsilon)],
      [dy, raw, output, moments, scale, offset],
      4,
    );
    if (!gradient || !sum || !scaleGradient || !offsetGradient) throw missingOutput();
    return { raw: gradient, sum, scale: scaleGradient, offset: offsetGradient };
  }

  maxPool(x: Features): Tensor {
    return this.#runOne('GanBenchMaxPool', this.#types({ T: x.values }), [x.values, x.affine]);
  }

  maxPoolGradient(dy: Tensor, x: Features): Tensor {
    return this.#runOne('GanBenchMaxPoolGradient', this.#types({ T: x.values }), [x.values, x.affine, dy]);
  }

  subsample(x: Tensor, channels: number): Tensor {
    const attributes = [...this.#types({ T: x }), this.#integer('channels', channels)];
    return this.#runOne('GanBenchSubsample', attributes, [x]);
  }

  subsampleGradient(dy: Tensor, x: Tensor): Tensor {
    const [, , , channels] = featureShape(x);
    const attributes = [...this.#types({ T: dy }), this.#integer('channels', channels)];
    return this.#runOne('GanBenchSubsampleGradient', attributes, [dy]);
  }

  averagePool(x: Features): Tensor {
    return this.#runOne('GanBenchAveragePool', this.#types({ T: x.values }), [x.values, x.affine]);
  }

  averagePoolGradient(dy: Tensor, x: Features): Tensor {
    return this.#runOne('GanBenchAveragePoolGradient', this.#types({ T: x.values }), [dy, x.values]);
  }

  tensorMoments(tensors: readonly Tensor[]): TensorMoments {
    const [means, variances, std] = this.#run(
      'GanBenchMoments',
      [this.#integer('N', tensors.length)],
      tensors,
      3,
    );
    if (!means || !variances || !std) throw missingOutput();
    return { means, variances, std };
  }

  pack(tensors: readonly Tensor[], { measured, scaling }: PackOptions): Packed {
    const flags = tf.tensor1d(measured.map(Number));
    const [flat, means, variances, check] = this.#run(
      'GanBenchPack',
      [this.#integer('N', tensors.length)],
      [scaling?.shifts, scaling?.factors, scaling?.others, flags, ...tensors],
      4,
    );
    flags.dispose();
    if (!flat || !means || !variances || !check) throw missingOutput();
    return { flat, means, variances, check };
  }

  adam({ gradient, first, second, parameters }: AdamTensors, step: AdamStep): AdamTensors {
    const { decay, beta1, beta2, correction, epsilon, rate } = step;
    // They change from step to step, and TensorFlow keeps a kernel for every value of an attribute.
    const numbers = tf.tensor1d([decay, beta1, 1 - beta1, beta2, 1 - beta2, correction, epsilon, rate]);
    const [newParameters, newFirst, newSecond] = this.#run(
      'GanBenchAdam',
      [],
      [gradient, first, second, parameters, numbers],
      3,
    );
    numbers.dispose();
    if (!newParameters || !newFirst || !newSecond) throw missingOutput();
    return { gradient, first: newFirst, second: newSecond, parameters: newParameters };
  }

  #types(tensors: Readonly<Record<string, Tensor | undefined>>): Attribute[] {
    return Object.entries(tensors).map(([name, tensor]) => this.#type(name, isPacked(tensor)));
  }

  #type(name: string, packed: boolean): Attribute {
    const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = this.#backend.binding;
    return { name, type: TF_ATTR_TYPE, value: packed ? TF_INT32 : TF_FLOAT };
  }

  #integer(name: string, value: number): Attribute {
    return { name, type: this.#backend.binding.TF_ATTR_INT, value };
  }

  #float(name: string, value: number): Attribute {
    return { name, type: this.#backend.binding.TF_ATTR_FLOAT, value };
  }

  #run(
    name: string,
    attributes: Attribute[],
    inputs: readonly (Tensor | undefined)[],
    outputs: number,
  ): Tensor[] {
    const given = inputs.map((input) => input ?? this.#none);
    return this.#backend.executeMultipleOutputs(name, attributes, given, outputs);
  }

  #runOne(name: string, attributes: Attribute[], inputs: readonly (Tensor | undefined)[]): Tensor {
    const [output] = this.#run(name, attributes, inputs, 1);
    if (!output) throw missingOutput();
    return output;
  }
}

/** bfloat16, two channels in one int32: tfjs has no type of 16 bits. */
function isPacked(features: Tensor | undefined): boolean {
  return features?.dtype === 'int32';
}

/** [N, H, W, C] of features, packed or not. */
function featureShape(features: Tensor): [number, number, number, number] {
  const [n, h, w, c] = dimensions4(features);
  return [n, h, w, isPacked(features) ? 2 * c : c];
}

function missingOutput(): Error {
  return new Error('TensorFlow returned fewer outputs than the operation has');
}
