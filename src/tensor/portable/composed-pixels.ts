import * as tf from '@tensorflow/tfjs-core';

import type { Tensor } from '../engine.js';
import { dimensions4, padChannels } from '../shapes.js';

/** Every second pixel of x, its channels between zeros. */
export function takePixels(x: Tensor, channels: number): Tensor {
  const [n, h, w, c] = dimensions4(x);
  const border = (channels - c) / 2;
  return padChannels(tf.stridedSlice(x, [0, 0, 0, 0], [n, h, w, c], [1, 2, 2, 1]), border);
}

/** The middle channels of dy at every second pixel, zeros between them: the gradient of a subsampling of x. */
export function spreadPixels(dy: Tensor, x: Tensor): Tensor {
  const [n, , , c] = dimensions4(x);
  const [, halfHeight, halfWidth, channels] = dimensions4(dy);
  const kept = tf.slice(dy, [0, 0, 0, (channels - c) / 2], [n, halfHeight, halfWidth, c]);
  return spaceOut(kept, 2);
}

/** An image with stride − 1 zeros after each pixel of its rows and columns: [N, H, W, C] → [N, H · stride, W · stride, C]. */
export function spaceOut(image: Tensor, stride: number): Tensor {
  const [n, h, w, c] = dimensions4(image);
  const zeros = (x: Tensor): Tensor =>
    tf.pad(x, [
      [0, 0],
      [0, 0],
      [0, stride - 1],
      [0, 0],
    ]);
  const columns = zeros(tf.reshape(image, [n * h, w, 1, c]));
  const lines = zeros(tf.reshape(columns, [n, h, 1, w * stride * c]));
  return tf.reshape(lines, [n, h * stride, w * stride, c]);
}

/** dy [N, C] over the number of pixels at each pixel of x: the gradient of an average over them. */
export function repeatPixels(dy: Tensor, x: Tensor): Tensor {
  const [n, h, w, c] = dimensions4(x);
  return tf.tile(tf.reshape(tf.div(dy, h * w), [n, 1, 1, c]), [1, h, w, 1]);
}

/** Loss [N] and its gradient [N, C] of logits [N, C] against target distributions [N, C]. */
export function composeCrossEntropy(logits: Tensor, targets: Tensor): { loss: Tensor; gradient: Tensor } {
  const shifted = tf.sub(logits, tf.max(logits, 1, true));
  const exponentials = tf.exp(shifted);
  const total = tf.sum(exponentials, 1, true);
  const logProbabilities = tf.sub(shifted, tf.log(total));
  return {
    loss: tf.neg(tf.sum(tf.mul(targets, logProbabilities), 1)),
    gradient: tf.sub(tf.div(exponentials, total), targets),
  };
}
