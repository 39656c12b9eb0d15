import * as tf from '@tensorflow/tfjs-core';

import type { Tensor } from './engine.js';

/** Attributes that tfjs takes for a convolution and its gradients. */
export function convolutionAttributes(stride: number, same: boolean): tf.NamedAttrMap {
  return { strides: [stride, stride], pad: same ? 'same' : 'valid', dataFormat: 'NHWC', dilations: [1, 1] };
}

/** Only with stride 1 does TensorFlow's SAME pad each side alike; its gradients accept no explicit padding. */
export function isSame(kernel: Tensor, stride: number, padding: number): boolean {
  return stride === 1 && kernel.shape[0] === 2 * padding + 1;
}

/** Zeros around the image. */
export function padPixels(x: Tensor, pixels: number): Tensor {
  if (pixels === 0) return x;
  return tf.pad(x, [
    [0, 0],
    [pixels, pixels],
    [pixels, pixels],
    [0, 0],
  ]);
}

/** Zeros on either side of the channels. */
export function padChannels(x: Tensor, border: number): Tensor {
  if (border === 0) return x;
  return tf.pad(x, [
    [0, 0],
    [0, 0],
    [0, 0],
    [border, border],
  ]);
}

/** [..., C] → [rows, C]. */
export function rows(x: Tensor): Tensor {
  return tf.reshape(x, [-1, x.shape[x.rank - 1] ?? 1]);
}

/** The three dimensions of tokens. */
export function dimensions3(x: Tensor): [number, number, number] {
  requireRank(x, 3);
  const [n = 0, t = 0, c = 0] = x.shape;
  return [n, t, c];
}

/** The four dimensions of an image tensor. */
export function dimensions4(x: Tensor): [number, number, number, number] {
  requireRank(x, 4);
  const [n = 0, h = 0, w = 0, c = 0] = x.shape;
  return [n, h, w, c];
}

function requireRank(x: Tensor, rank: number): void {
  if (x.rank !== rank)
    throw new Error(`expected a tensor of rank ${rank}, got shape [${x.shape.join(', ')}]`);
}
