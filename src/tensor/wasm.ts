import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import type { ConvolutionGeometry, Engine, Tensor } from './engine.js';
import { PortableEngine, run } from './portable.js';
import { dimensions4, rows } from './shapes.js';
import { convolve, inputGradient, kernelGradient } from './wasm/convolve.js';
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

  /** One pass of XNNPACK's depthwise convolution; broadcasting is five times slower here. */
  protected override affine(x: Tensor, factor: Tensor, term: Tensor): Tensor {
    if (x.rank !== 4) return super.affine(x, factor, term);
    const filter = tf.reshape(factor, [1, 1, factor.size, 1]);
    const attributes = {
      strides: [1, 1],
      pad: 'valid',
      dataFormat: 'NHWC',
      dilations: [1, 1],
      activation: 'linear',
    };
    return run('FusedDepthwiseConv2D', { x, filter, bias: term }, attributes);
  }

  /**
   * Matrix products with ones, first within each image, then over the images: ten times faster than the backend's
   * sum, which turns the tensor around first, and with a tenth of its rounding error, since it adds up fewer numbers
   * in a row.
   */
  protected override channelSum(x: Tensor): Tensor {
    const channels = x.shape.at(-1) ?? 1;
    const images = x.shape.at(0) ?? 1;
    const pixels = x.size / images / channels;
    const perImage = tf.matMul(tf.ones([images, 1, pixels]), tf.reshape(x, [images, pixels, channels]));
    const total = tf.matMul(tf.ones([1, images]), tf.reshape(perImage, [images, channels]));
    return tf.reshape(total, [channels]);
  }
}
