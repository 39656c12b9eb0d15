import * as tf from '@tensorflow/tfjs-core';

import type { ConvolutionGeometry, EngineInfo, Tensor, Traffic } from '../engine.js';
import { spaceOut } from '../portable/composed-pixels.js';
import type { BatchNormGradient, BatchNormResult, ChannelStatistics } from '../portable/parts.js';
import { missingOutput } from './native-call.js';
import type { Attribute, NativeBackend } from './native-backend.js';
import { PortableEngine } from '../portable/engine.js';
import { dimensions4 } from '../shapes.js';
import { trafficOf } from './traffic.js';

/**
 * The native TensorFlow library. Where TensorFlow has one operation for what tfjs composes of many (batch norm,
 * ReLU gradient, softmax cross-entropy, …) it is called by name, past tfjs.
 */
export class TensorFlowEngine extends PortableEngine {
  readonly #backend: NativeBackend;
  readonly #float: Attribute;
  readonly #nhwc: Attribute;
  /** The empty running statistics that FusedBatchNorm takes in training. */
  readonly #empty: Tensor;

  constructor(info: EngineInfo, backend: NativeBackend) {
    super(info);
    this.#backend = backend;
    this.#float = { name: 'T', type: backend.binding.TF_ATTR_TYPE, value: backend.binding.TF_FLOAT };
    this.#nhwc = { name: 'data_format', type: backend.binding.TF_ATTR_STRING, value: 'NHWC' };
    this.#empty = tf.keep(tf.tensor1d([], 'float32'));
  }

  /**
   * A convolution of dy, with zeros between its pixels where there is a stride, and the kernel turned round: oneDNN in
   * TensorFlow 2.21 errs in the operation for it where channels do not fill its blocks (AVX-512: with a stride, of 48 the
   * last 16 were wrong; without one, of images with one channel, a product was left out or all of it, from time to time).
   */
  override conv2dInputGradient(
    dy: Tensor,
    kernel: Tensor,
    x: Tensor,
    { stride, padding }: ConvolutionGeometry,
  ): Tensor {
    const [n, h, w] = dimensions4(x);
    const [size] = dimensions4(kernel);
    const places = (length: number): number => length + 2 * padding - size + 1;
    const [, , , channels] = dimensions4(dy);
    return tf.tidy(() => {
      const spread =
        stride === 1 ? dy : tf.slice(spaceOut(dy, stride), [0, 0, 0, 0], [n, places(h), places(w), channels]);
      const turned = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2]);
      return this.conv2d(spread, turned, { stride: 1, padding: size - 1 - padding });
    });
  }

  async trafficOf(work: () => Promise<unknown>): Promise<Traffic> {
    return await trafficOf(this.#backend, work);
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
