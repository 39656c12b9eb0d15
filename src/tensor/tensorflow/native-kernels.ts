import type { FeatureTensors, Precision, Tensor, Unit, UnitWeights } from '../engine.js';
import { isPacked, LANES, missingOutput } from './native-call.js';
import type { NativeCall } from './native-call.js';
import { dimensions4 } from '../shapes.js';

/** A convolution's raw output, its batch statistics and the normalization that they give. */
interface Convolved {
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

interface NormGradient {
  readonly raw: Tensor;
  /** Of the sum of the norm and the shortcut; empty where no output was given. */
  readonly sum: Tensor;
  readonly scale: Tensor;
  readonly offset: Tensor;
}

/** Channels come in whole vectors, but for those of the images themselves. */
const IMAGE_CHANNELS = 3;

/** The project's own TensorFlow operations (kernels/), called by name. */
export class NativeKernels {
  readonly #call: NativeCall;
  readonly #precision: Precision;

  constructor(call: NativeCall, precision: Precision) {
    this.#call = call;
    this.#precision = precision;
  }

  /**
   * Whether the kernels can compute a unit: 3 × 3, channels in whole vectors, images that the stride divides. But for
   * the images themselves, which are float32, what it reads is of the type that it writes.
   */
  supports({ x, weights, geometry: { stride, padding } }: Unit): boolean {
    const [, height, width, inputs] = featureShape(x.values);
    const [size, , , outputs] = dimensions4(weights.kernel);
    const isImage = x.affine === undefined && inputs === IMAGE_CHANNELS;
    return (
      size === 3 &&
      padding === 1 &&
      outputs % LANES === 0 &&
      (isImage || (inputs % LANES === 0 && isPacked(x.values) === (this.#precision === 'bfloat16'))) &&
      height % stride === 0 &&
      width % stride === 0
    );
  }

  /** Whether the kernels can pool these features; halving them is another matter. */
  canPool({ values }: FeatureTensors): boolean {
    return featureShape(values)[3] % LANES === 0;
  }

  canHalve(x: FeatureTensors): boolean {
    const [, height, width] = featureShape(x.values);
    return this.canPool(x) && height % 2 === 0 && width % 2 === 0;
  }

  /** Whether they can compute the gradient of these images: not of those with 3 channels. */
  supportsGradientOf(x: Tensor): boolean {
    return featureShape(x)[3] % LANES === 0;
  }

  convolve({ x, weights, geometry, epsilon }: Unit): Convolved {
    const { kernel, bias, scale, offset } = weights;
    const [raw, moments, affine, mean, variance] = this.#call.run(
      'GanBenchConvolve',
      [
        ...this.#call.types({ Tin: x.values }),
        this.#call.type('T', this.#precision === 'bfloat16'),
        this.#call.integer('stride', geometry.stride),
        this.#call.float('epsilon', epsilon),
      ],
      [x.values, x.affine, kernel, bias, scale, offset],
      5,
    );
    if (!raw || !moments || !affine || !mean || !variance) throw missingOutput();
    return { raw, moments, affine, mean, variance };
  }

  inputGradient(dy: Tensor, kernel: Tensor, stride: number, addend: Tensor | undefined): Tensor {
    const attributes = [...this.#call.types({ T: dy, Tadd: addend }), this.#call.integer('stride', stride)];
    return this.#call.one('GanBenchConvolveInputGradient', attributes, [dy, kernel, addend]);
  }

  kernelGradient(x: FeatureTensors, dy: Tensor, stride: number): Tensor {
    const attributes = [...this.#call.types({ Tin: x.values, T: dy }), this.#call.integer('stride', stride)];
    return this.#call.one('GanBenchConvolveKernelGradient', attributes, [x.values, x.affine, dy]);
  }

  /** relu(norm(raw) + shortcut) */
  activate(raw: Tensor, affine: Tensor, shortcut?: Tensor): Tensor {
    const attributes = this.#call.types({ T: raw, Tadd: shortcut });
    return this.#call.one('GanBenchActivate', attributes, [raw, affine, shortcut]);
  }

  /** @param moments - Mean and biased variance, [2, O]. */
  normAffine(moments: Tensor, scale: Tensor, offset: Tensor, epsilon: number): Tensor {
    return this.#call.one(
      'GanBenchNormAffine',
      [this.#call.float('epsilon', epsilon)],
      [moments, scale, offset],
    );
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
    const [gradient, sum, scaleGradient, offsetGradient] = this.#call.run(
      'GanBenchNormGradient',
      [...this.#call.types({ T: raw, Tout: output }), this.#call.float('epsilon', epsilon)],
      [dy, raw, output, moments, scale, offset],
      4,
    );
    if (!gradient || !sum || !scaleGradient || !offsetGradient) throw missingOutput();
    return { raw: gradient, sum, scale: scaleGradient, offset: offsetGradient };
  }

  maxPool(x: FeatureTensors): Tensor {
    return this.#call.one('GanBenchMaxPool', this.#call.types({ T: x.values }), [x.values, x.affine]);
  }

  maxPoolGradient(dy: Tensor, x: FeatureTensors): Tensor {
    return this.#call.one('GanBenchMaxPoolGradient', this.#call.types({ T: x.values }), [
      x.values,
      x.affine,
      dy,
    ]);
  }

  subsample(x: Tensor, channels: number): Tensor {
    const attributes = [...this.#call.types({ T: x }), this.#call.integer('channels', channels)];
    return this.#call.one('GanBenchSubsample', attributes, [x]);
  }

  subsampleGradient(dy: Tensor, x: Tensor): Tensor {
    const [, , , channels] = featureShape(x);
    const attributes = [...this.#call.types({ T: dy }), this.#call.integer('channels', channels)];
    return this.#call.one('GanBenchSubsampleGradient', attributes, [dy]);
  }

  averagePool(x: FeatureTensors): Tensor {
    return this.#call.one('GanBenchAveragePool', this.#call.types({ T: x.values }), [x.values, x.affine]);
  }

  averagePoolGradient(dy: Tensor, x: FeatureTensors): Tensor {
    return this.#call.one('GanBenchAveragePoolGradient', this.#call.types({ T: x.values }), [dy, x.values]);
  }
}

/** Their type and shape, for messages. */
export function describeImages(images: Tensor): string {
  return `${isPacked(images) ? 'bfloat16' : images.dtype} images [${featureShape(images).join(', ')}]`;
}

/** [N, H, W, C] of features, packed or not. */
function featureShape(features: Tensor): [number, number, number, number] {
  const [n, h, w, c] = dimensions4(features);
  return [n, h, w, isPacked(features) ? 2 * c : c];
}
