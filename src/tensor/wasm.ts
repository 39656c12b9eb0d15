import { createRequire } from 'node:module';
import path from 'node:path';

import '@tensorflow/tfjs-backend-wasm';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import type { Engine, Tensor } from './engine.js';
import { PortableEngine, run } from './portable.js';
import { dimensions4, rows } from './shapes.js';

/** Starts the WebAssembly backend: no native code, on every machine that runs Node. */
export async function openWasm(): Promise<Engine> {
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(path.join(path.dirname(entry), path.sep));
  await tf.setBackend('wasm');
  return new WasmEngine({ backend: 'wasm', library: `tfjs-backend-wasm ${version_wasm}`, devices: ['CPU'] });
}

/** Where a kernel of tfjs-backend-wasm is missing or does otherwise than the interface says. */
class WasmEngine extends PortableEngine {
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

  /**
   * The backend lacks Conv2DBackpropFilter. The gradient is one matrix product: each kernel position sees the image
   * shifted by its offset, so dW[i, j] = shifted(i, j)ᵀ · dy over all positions of the output.
   */
  override conv2dKernelGradient(
    dy: Tensor,
    kernel: Tensor,
    x: Tensor,
    { stride, padding }: { readonly stride: number; readonly padding: number },
  ): Tensor {
    const [kernelHeight, kernelWidth, inputs, outputs] = dimensions4(kernel);
    const [n, h, w] = dimensions4(dy);
    const border: [number, number] = [padding, padding];
    const padded = tf.pad(x, [[0, 0], border, border, [0, 0]]);
    const shifted: Tensor[] = [];
    for (let i = 0; i < kernelHeight; i++) {
      for (let j = 0; j < kernelWidth; j++) {
        const end = [n, i + (h - 1) * stride + 1, j + (w - 1) * stride + 1, inputs];
        shifted.push(
          run(
            'StridedSlice',
            { x: padded },
            {
              begin: [0, i, j, 0],
              end,
              strides: [1, stride, stride, 1],
              beginMask: 0,
              endMask: 0,
              ellipsisMask: 0,
              newAxisMask: 0,
              shrinkAxisMask: 0,
            },
          ),
        );
      }
    }
    const columns = tf.reshape(tf.concat(shifted, 3), [n * h * w, kernelHeight * kernelWidth * inputs]);
    const product = tf.matMul(columns, tf.reshape(dy, [n * h * w, outputs]), true, false);
    return tf.reshape(product, kernel.shape);
  }
}
