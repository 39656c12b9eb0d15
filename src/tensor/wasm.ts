import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import type {
  BatchNormGradient,
  BatchNormResult,
  ChannelStatistics,
  ConvolutionGeometry,
  Engine,
  Tensor,
} from './engine.js';
import { PortableEngine } from './portable.js';
import { dimensions4, rows } from './shapes.js';
import { convolve, inputGradient, kernelGradient } from './wasm/convolve.js';
import { batchNorm, batchNormGradient, channelSum, mask, normalize } from './wasm/normalization.js';
import type { Runtime } from './wasm/runtime.js';
import { startRuntime } from './wasm/start.js';

/** Starts the WebAssembly backend: no native code, on every machine that runs Node. */
export async function openWasm(): Promise<Engine> {
  const runtime = await startRuntime();
  await tf.setBackend('wasm');
  return new WasmEngine(runtime);
}

/** tfjs's backend, with kernels of our own for what takes the time in a training step. */
class WasmEngine extends PortableEngine {
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    super({ backend: 'wasm', library: `tfjs-backend-wasm ${version_wasm}`, devices: ['CPU'] });
    this.#runtime = runtime;
  }

  override conv2d(x: Tensor, kernel: Tensor, geometry: ConvolutionGeometry): Tensor {
    return convolve(this.#runtime, x, kernel, geometry);
  }

  override conv2dInputGradient(dy: Tensor, kernel: Tensor, x: Tensor, geometry: ConvolutionGeometry): Tensor {
    return inputGradient(this.#runtime, dy, kernel, x, geometry);
  }

  override conv2dKernelGradient(
    dy: Tensor,
    kernel: Tensor,
    x: Tensor,
    geometry: ConvolutionGeometry,
  ): Tensor {
    return kernelGradient(this.#runtime, dy, kernel, x, geometry);
  }

  override batchNorm(x: Tensor, scale: Tensor, offset: Tensor, epsilon: number): BatchNormResult {
    return batchNorm(this.#runtime, x, scale, offset, epsilon);
  }

  override batchNormGradient(
    dy: Tensor,
    x: Tensor,
    scale: Tensor,
    saved: readonly Tensor[],
  ): BatchNormGradient {
    return batchNormGradient(this.#runtime, dy, x, scale, saved);
  }

  override normalize(x: Tensor, channels: ChannelStatistics, epsilon: number): Tensor {
    return normalize(this.#runtime, x, channels, epsilon);
  }

  override reluGradient(dy: Tensor, y: Tensor): Tensor {
    return mask(this.#runtime, dy, y);
  }

  /**
   * The backend's MaxPoolGrad loses the gradient of windows without a positive element, and of a tie it picks the
   * last. Here each pixel of the window takes, in row order, the gradient that none before it has taken.
   */
  override maxPoolGradient(dy: Tensor, x: Tensor, y: Tensor): Tensor {
    const [n, h, w, c] = dimensions4(x);
    const largest = rows(y);
    let left = rows(dy);
    const take = (pixel: Tensor): Tensor => {
      const taken = tf.mul(left, tf.cast(tf.equal(pixel, largest), 'float32'));
      left = tf.sub(left, taken);
      return taken;
    };
    // The upper and the lower row of all windows, each then parted into its left and its right pixels.
    const lines = tf.split(tf.reshape(x, [(n * h) / 2, 2 * w * c]), 2, 1).map((line) => {
      const pixels = tf.split(tf.reshape(line, [-1, 2 * c]), 2, 1);
      return tf.reshape(tf.concat(pixels.map(take), 1), [(n * h) / 2, w * c]);
    });
    return tf.reshape(tf.concat(lines, 1), [n, h, w, c]);
  }

  protected override channelSum(x: Tensor): Tensor {
    return channelSum(this.#runtime, x);
  }
}
