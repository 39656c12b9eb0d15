import * as tf from '@tensorflow/tfjs-core';

import type { Tensor } from '../engine.js';
import { dimensions3, dimensions4 } from '../shapes.js';
import type { Embedding } from '../token-operations.js';

/** Images [N, H, W, C] as their patches, [N, patches, size · size · C]. */
export function cutPatches(x: Tensor, size: number): Tensor {
  const [n, h, w, c] = dimensions4(x);
  const [rows, columns] = [h / size, w / size];
  return tf.tidy(() => {
    const blocks = tf.reshape(x, [n * rows, size, columns, size * c]);
    return tf.reshape(tf.transpose(blocks, [0, 2, 1, 3]), [n, rows * columns, size * size * c]);
  });
}

/** The other way round: patches as images like x. */
export function joinPatches(patches: Tensor, x: Tensor, size: number): Tensor {
  const [n, h, w, c] = dimensions4(x);
  const [rows, columns] = [h / size, w / size];
  return tf.tidy(() => {
    const blocks = tf.reshape(patches, [n * rows, columns, size, size * c]);
    return tf.reshape(tf.transpose(blocks, [0, 2, 1, 3]), [n, h, w, c]);
  });
}

export function embedTokens(x: Tensor, { token, position }: Embedding): Tensor {
  const [n, , c] = dimensions3(x);
  return tf.tidy(() => {
    const tokens = token ? tf.concat([tf.tile(tf.reshape(token, [1, 1, c]), [n, 1, 1]), x], 1) : x;
    return tf.add(tokens, position);
  });
}

export function embedTokensGradient(dy: Tensor, { token }: Embedding): Embedding & { x: Tensor } {
  const [n, t, c] = dimensions3(dy);
  return tf.tidy(() => {
    const position = tf.reshape(tf.sum(tf.reshape(dy, [n, t * c]), 0), [t, c]);
    if (!token) return { x: dy.clone(), position };
    const first = tf.reshape(tf.slice(position, [0, 0], [1, c]), [c]);
    return { x: tf.slice(dy, [0, 1, 0], [n, t - 1, c]), token: first, position };
  });
}

export function takeFirstToken(x: Tensor): Tensor {
  const [n, , c] = dimensions3(x);
  return tf.tidy(() => tf.reshape(tf.slice(x, [0, 0, 0], [n, 1, c]), [n, c]));
}

export function takeFirstTokenGradient(dy: Tensor, x: Tensor): Tensor {
  const [n, t, c] = dimensions3(x);
  return tf.tidy(() => tf.concat([tf.reshape(dy, [n, 1, c]), tf.zeros([n, t - 1, c])], 1));
}

export function averageTokens(x: Tensor): Tensor {
  return tf.mean(x, 1);
}

export function averageTokensGradient(dy: Tensor, x: Tensor): Tensor {
  const [n, t, c] = dimensions3(x);
  return tf.tidy(() => tf.tile(tf.reshape(tf.div(dy, t), [n, 1, c]), [1, t, 1]));
}
