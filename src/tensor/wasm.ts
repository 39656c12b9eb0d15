import { createRequire } from 'node:module';
import path from 'node:path';

import '@tensorflow/tfjs-backend-wasm';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import type { ConvolutionGeometry, Engine, Features, Tensor } from './engine.js';
import { PortableEngine, run } from './portable.js';
import { dimensions4, padPixels, rows } from './shapes.js';

/** Starts the WebAssembly backend: no native code, on every machine that runs Node. */
export async function openWasm(): Promise<Engine> {
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(path.join(path.dirname(entry), path.sep));
  await tf.setBackend('wasm');
  const library = `tfjs-backend-wasm ${version_wasm}`;
  return new WasmEngine({ backend: 'wasm', library, devices: ['CPU'], precision: 'float32' });
}

/** Where a kernel of tfjs-backend-wasm is missing or does otherwise than the interface says. */
class WasmEngine extends PortableEngine {
  /**
   * The backend's MaxPoolGrad loses the gradient of windows without a positive element, and of a tie it picks the
   * last. Here each pixel of the window takes, in row order, the gradient that none before it has taken.
   */
  override maxPoolGradient(dy: Tensor, { values: x }: Features, y: Tensor): Tensor {
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

  /**
   * A convolution of dy with the kernel turned by 180° and its channels swapped; with a stride dy is spread out
   * first. The backend's own Conv2DBackpropInput is eight times slower than its convolution.
   */
  override conv2dInputGradient(
    dy: Tensor,
    kernel: Tensor,
    x: Tensor,
    { stride, padding }: ConvolutionGeometry,
  ): Tensor {
    const [size] = dimensions4(kernel);
    const [, height, width] = dimensions4(x);
    const turned = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2]);
    const border = size - 1 - padding;
    const spreadOut = spread(dy, stride, height + padding - border, width + padding - border);
    return this.conv2d(spreadOut, turned, { stride: 1, padding: border });
  }

  /**
   * The backend lacks Conv2DBackpropFilter. The gradient is a convolution too: of the images, with the batch as
   * their channels, and dy as the kernel; a stride becomes a dilation of that kernel.
   */
  override conv2dKernelGradient(
    dy: Tensor,
    kernel: Tensor,
    x: Tensor,
    { stride, padding }: ConvolutionGeometry,
  ): Tensor {
    const [height, width, inputs, outputs] = dimensions4(kernel);
    const images = tf.transpose(padPixels(x, padding), [3, 1, 2, 0]);
    const correlated = run(
      'Conv2D',
      { x: images, filter: tf.transpose(dy, [1, 2, 0, 3]) },
      { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', dilations: [stride, stride] },
    );
    // Pixels that a stride leaves over at the border give positions beyond the kernel.
    const inside = tf.slice(correlated, [0, 0, 0, 0], [inputs, height, width, outputs]);
    return tf.transpose(inside, [1, 2, 0, 3]);
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

/** dy with stride − 1 zeros after each pixel, cut to a size: [N, h, w, C] → [N, height, width, C]. */
function spread(dy: Tensor, stride: number, height: number, width: number): Tensor {
  if (stride === 1) return dy;
  const [n, h, w, c] = dimensions4(dy);
  const gap = stride - 1;
  // First zeros after the channels of a pixel, which then are pixels; in the same way lines after a line.
  const columns = tf.pad(dy, [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, gap * c],
  ]);
  const lines = tf.pad(tf.reshape(columns, [n, h, 1, w * stride * c]), [
    [0, 0],
    [0, 0],
    [0, gap],
    [0, 0],
  ]);
  return tf.slice(tf.reshape(lines, [n, h * stride, w * stride, c]), [0, 0, 0, 0], [n, height, width, c]);
}
