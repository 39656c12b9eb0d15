import * as tf from '@tensorflow/tfjs-core';

import type { ChannelStatistics, ConvolutionGeometry, Engine, Tensor } from './engine.js';
import type { Tape } from './tape.js';

/** Batch normalization's output and the batch statistics, all [C] but the output. */
export interface BatchNormOutput {
  readonly output: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** The differentiable operations that layers are written in. Without a tape they only compute, as in evaluation. */
export class Operations {
  readonly #engine: Engine;
  readonly #tape: Tape | undefined;

  constructor(engine: Engine, tape?: Tape) {
    this.#engine = engine;
    this.#tape = tape;
  }

  /** x [N, H, W, I], kernel [K, K, I, O] → [N, H', W', O]. */
  conv2d(x: Tensor, kernel: Tensor, geometry: ConvolutionGeometry): Tensor {
    const engine = this.#engine;
    const y = engine.conv2d(x, kernel, geometry);
    this.#tape?.record(y, [x, kernel], (dy, [inputNeeded]) => [
      // The images themselves need no gradient.
      inputNeeded === true ? engine.conv2dInputGradient(dy, kernel, x, geometry) : undefined,
      engine.conv2dKernelGradient(dy, kernel, x, geometry),
    ]);
    return y;
  }

  /** Adds bias [C] to the last axis. */
  biasAdd(x: Tensor, bias: Tensor): Tensor {
    const y = this.#engine.biasAdd(x, bias);
    this.#tape?.record(y, [x, bias], (dy) => [tf.clone(dy), this.#engine.biasGradient(dy)]);
    return y;
  }

  /** Normalizes x [N, H, W, C] with the batch's own statistics. */
  batchNorm(x: Tensor, scale: Tensor, offset: Tensor, epsilon: number): BatchNormOutput {
    const { output, mean, variance, saved } = this.#engine.batchNorm(x, scale, offset, epsilon);
    this.#tape?.record(output, [x, scale, offset], (dy) => {
      const gradient = this.#engine.batchNormGradient(dy, x, scale, saved, epsilon);
      return [gradient.x, gradient.scale, gradient.offset];
    });
    return { output, mean, variance };
  }

  /** Normalizes x [N, H, W, C] with given statistics [C]; has no gradient. */
  normalize(x: Tensor, channels: ChannelStatistics, epsilon: number): Tensor {
    return this.#engine.normalize(x, channels, epsilon);
  }

  relu(x: Tensor): Tensor {
    const y = this.#engine.relu(x);
    this.#tape?.record(y, [x], (dy) => [this.#engine.reluGradient(dy, y)]);
    return y;
  }

  add(a: Tensor, b: Tensor): Tensor {
    const y = tf.add(a, b);
    this.#tape?.record(y, [a, b], (dy) => [tf.clone(dy), tf.clone(dy)]);
    return y;
  }

  /** 2 × 2, stride 2. */
  maxPool(x: Tensor): Tensor {
    const y = this.#engine.maxPool(x);
    this.#tape?.record(y, [x], (dy) => [this.#engine.maxPoolGradient(dy, x, y)]);
    return y;
  }

  /** [N, H, W, C] → [N, H/2, W/2, channels]: the parameter-free shortcut, option A. */
  subsample(x: Tensor, channels: number): Tensor {
    const y = this.#engine.subsample(x, channels);
    this.#tape?.record(y, [x], (dy) => [this.#engine.subsampleGradient(dy, x)]);
    return y;
  }

  /** [N, H, W, C] → [N, C]. */
  globalAveragePool(x: Tensor): Tensor {
    const y = this.#engine.globalAveragePool(x);
    this.#tape?.record(y, [x], (dy) => [this.#engine.globalAveragePoolGradient(dy, x)]);
    return y;
  }

  /** x [N, I], kernel [I, O] → [N, O]. */
  dense(x: Tensor, kernel: Tensor): Tensor {
    const engine = this.#engine;
    const y = engine.matMul(x, kernel, false, false);
    this.#tape?.record(y, [x, kernel], (dy) => [
      engine.matMul(dy, kernel, false, true),
      engine.matMul(x, dy, true, false),
    ]);
    return y;
  }
}
