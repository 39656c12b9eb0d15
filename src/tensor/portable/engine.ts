import * as tf from '@tensorflow/tfjs-core';

import { composeInferredUnit, composeUnit, composeUnitGradient } from './composed-unit.js';
import { composeAdam, composePack, composeTensorMoments } from './composed-gradients.js';
import { composeCrossEntropy, repeatPixels, spreadPixels, takePixels } from './composed-pixels.js';
import type {
  AdamStep,
  AdamTensors,
  ConvolutionGeometry,
  Engine,
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
import type { BatchNormGradient, BatchNormResult, ChannelStatistics, Moments, Parts } from './parts.js';
import { PortableTokens } from './tokens.js';
import { convolutionAttributes, dimensions4, isSame, padPixels, rows } from '../shapes.js';

/** The operations composed from kernels that every tfjs backend has: wasm, cpu, and the base of the native engine. */
export class PortableEngine extends PortableTokens implements Engine, Parts {
  readonly info: EngineInfo;

  constructor(info: EngineInfo) {
    super();
    this.info = info;
  }

  conv2d(x: Tensor, kernel: Tensor, { stride, padding }: ConvolutionGeometry): Tensor {
    const same = isSame(kernel, stride, padding);
    const padded = same ? x : padPixels(x, padding);
    return run('Conv2D', { x: padded, filter: kernel }, convolutionAttributes(stride, same));
  }

  conv2dInputGradient(
    dy: Tensor,
    kernel: Tensor,
    x: Tensor,
    { stride, padding }: ConvolutionGeometry,
  ): Tensor {
    const same = isSame(kernel, stride, padding);
    const [n, h, w, c] = dimensions4(x);
    const border = same ? 0 : padding;
    const inputShape = [n, h + 2 * border, w + 2 * border, c];
    const gradient = run(
      'Conv2DBackpropInput',
      { dy, filter: kernel },
      { ...convolutionAttributes(stride, same), inputShape },
    );
    return border === 0 ? gradient : tf.slice(gradient, [0, border, border, 0], [n, h, w, c]);
  }

  conv2dKernelGradient(
    dy: Tensor,
    kernel: Tensor,
    x: Tensor,
    { stride, padding }: ConvolutionGeometry,
  ): Tensor {
    const same = isSame(kernel, stride, padding);
    return run(
      'Conv2DBackpropFilter',
      { x: same ? x : padPixels(x, padding), dy },
      { ...convolutionAttributes(stride, same), filterShape: kernel.shape },
    );
  }

  biasAdd(x: Tensor, bias: Tensor): Tensor {
    return tf.add(x, bias);
  }

  biasGradient(dy: Tensor): Tensor {
    return this.channelSum(dy);
  }

  batchNorm(x: Tensor, scale: Tensor, offset: Tensor, epsilon: number): BatchNormResult {
    const count = x.size / scale.size;
    const mean = tf.div(this.channelSum(x), count);
    const centred = this.affine(x, tf.onesLike(scale), tf.neg(mean));
    const biased = tf.div(this.channelSum(tf.square(centred)), count);
    const inverseStd = tf.rsqrt(tf.add(biased, epsilon));
    return {
      output: this.affine(centred, tf.mul(inverseStd, scale), offset),
      mean,
      variance: tf.mul(biased, count / Math.max(count - 1, 1)),
      // Saved apart from the mean that is reported: whoever frees one leaves the other.
      saved: [mean.clone(), inverseStd],
    };
  }

  /** dx = scale / std · (dy − mean(dy) − x̂ · mean(dy · x̂)) with x̂ the normalized x. */
  batchNormGradient(
    dy: Tensor,
    x: Tensor,
    scale: Tensor,
    saved: readonly Tensor[],
    // The saved inverse deviation already holds it.
    _epsilon: number,
  ): BatchNormGradient {
    const [mean, inverseStd] = saved;
    if (mean === undefined || inverseStd === undefined) throw new Error('batch norm saved nothing');
    const count = x.size / scale.size;
    const centred = this.affine(x, tf.onesLike(scale), tf.neg(mean));
    const offsetGradient = this.channelSum(dy);
    const scaleGradient = tf.mul(this.channelSum(tf.mul(dy, centred)), inverseStd);
    // Sorted by what multiplies dy and x − mean, so that every channel needs one factor and one term of each.
    const factor = tf.mul(scale, inverseStd);
    const term = tf.neg(tf.mul(factor, tf.div(offsetGradient, count)));
    const centredFactor = tf.neg(tf.mul(tf.mul(factor, inverseStd), tf.div(scaleGradient, count)));
    return {
      x: tf.add(this.affine(dy, factor, term), this.affine(centred, centredFactor, tf.zerosLike(scale))),
      scale: scaleGradient,
      offset: offsetGradient,
    };
  }

  normalize(x: Tensor, { scale, offset, mean, variance }: ChannelStatistics, epsilon: number): Tensor {
    const factor = tf.mul(tf.rsqrt(tf.add(variance, epsilon)), scale);
    return this.affine(x, factor, tf.sub(offset, tf.mul(mean, factor)));
  }

  unit(unit: Unit): UnitResult {
    return composeUnit(this, unit);
  }

  unitGradient(dy: Tensor, unit: Unit, result: UnitResult, input: InputGradientRequest): UnitGradients {
    return composeUnitGradient(this, dy, unit, result, input);
  }

  inferUnit(unit: Unit, statistics: { readonly mean: Tensor; readonly variance: Tensor }): FeatureTensors {
    return composeInferredUnit(this, unit, statistics);
  }

  materialize({ values, affine }: FeatureTensors): Tensor {
    if (affine !== undefined) throw new Error('this engine writes all features down');
    return values;
  }

  relu(x: Tensor): Tensor {
    return tf.relu(x);
  }

  reluGradient(dy: Tensor, y: Tensor): Tensor {
    return tf.mul(dy, tf.step(y));
  }

  maxPool(x: FeatureTensors): Tensor {
    return run('MaxPool', { x: this.materialize(x) }, POOL);
  }

  maxPoolGradient(dy: Tensor, x: FeatureTensors, y: Tensor): Tensor {
    return run('MaxPoolGrad', { dy, input: this.materialize(x), output: y }, POOL);
  }

  subsample(x: Tensor, channels: number): Tensor {
    return takePixels(x, channels);
  }

  subsampleGradient(dy: Tensor, x: Tensor): Tensor {
    return spreadPixels(dy, x);
  }

  globalAveragePool(x: FeatureTensors): Tensor {
    return tf.mean(this.materialize(x), [1, 2]);
  }

  globalAveragePoolGradient(dy: Tensor, x: FeatureTensors): Tensor {
    return repeatPixels(dy, x.values);
  }

  matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
    return tf.matMul(a, b, transposeA, transposeB);
  }

  crossEntropy(logits: Tensor, targets: Tensor): { loss: Tensor; gradient: Tensor } {
    return composeCrossEntropy(logits, targets);
  }

  moments(x: Tensor): Moments {
    const mean = tf.mean(x);
    const centred = tf.sub(x, mean);
    return { mean, centred, variance: this.meanSquare(centred) };
  }

  tensorMoments(tensors: readonly Tensor[]): TensorMoments {
    return composeTensorMoments(this, tensors);
  }

  pack(tensors: readonly Tensor[], options: PackOptions): Packed {
    return composePack(this, tensors, options);
  }

  adam(tensors: AdamTensors, step: AdamStep): AdamTensors {
    return composeAdam(tensors, step);
  }

  tensor(values: Float32Array | Int32Array, shape: readonly number[]): Tensor {
    // tfjs would hold on to the array until an operation first needs it.
    return tf.tensor(values.slice(), [...shape], values instanceof Int32Array ? 'int32' : 'float32');
  }

  async read(x: Tensor): Promise<Float32Array> {
    return Float32Array.from(await x.data());
  }

  scope<T extends { readonly keep: readonly Tensor[] }>(block: () => T): T {
    const engine = tf.engine();
    engine.startScope();
    let keep: readonly Tensor[] = [];
    try {
      const result = block();
      keep = result.keep;
      return result;
    } finally {
      engine.endScope([...keep]);
    }
  }

  liveTensors(): number {
    return tf.memory().numTensors;
  }

  /** factor · x + term, both per channel: [..., C], [C], [C]. */
  protected affine(x: Tensor, factor: Tensor, term: Tensor): Tensor {
    return tf.add(tf.mul(x, factor), term);
  }

  /** Sum over all axes but the last: [..., C] → [C]. */
  protected channelSum(x: Tensor): Tensor {
    return tf.sum(rows(x), 0);
  }

  protected meanSquare(x: Tensor): Tensor {
    return tf.mean(tf.square(x));
  }
}

/** Runs one tfjs kernel by name, without the checks and gradient tape of the public operation. */
function run(name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): Tensor {
  return tf.engine().runKernel(name, inputs, attributes);
}

const POOL = { filterSize: 2, strides: 2, pad: 'valid' };
