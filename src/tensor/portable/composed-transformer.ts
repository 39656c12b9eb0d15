import * as tf from '@tensorflow/tfjs-core';

import type { Engine, Tensor } from '../engine.js';
import { dimensions3, rows } from '../shapes.js';
import type { LayerNorm, LayerNormGradients, Linear, LinearGradients, Saving } from '../token-operations.js';

/** What a linear map is composed of. */
type LinearParts = Pick<Engine, 'matMul' | 'biasAdd' | 'biasGradient'>;

export function composeLinear(engine: LinearParts, { x, weights, after }: Linear): Saving {
  const { kernel, bias } = weights;
  const shape = [...x.shape.slice(0, -1), bias.size];
  return tf.tidy(() => {
    const product = engine.matMul(rows(x), rows(kernel), false, false);
    const sum = tf.reshape(engine.biasAdd(product, bias), shape);
    if (after === undefined) return { output: sum, saved: [] };
    if (after === 'gelu') return { output: tf.mul(sum, normalCdf(sum)), saved: [sum] };
    return { output: tf.add(sum, after.addend), saved: [] };
  });
}

export function composeLinearGradient(
  engine: LinearParts,
  dy: Tensor,
  { x, weights, after }: Linear,
  { saved: [sum] }: Saving,
  needed: boolean,
): LinearGradients {
  const kernel = rows(weights.kernel);
  return tf.tidy(() => {
    const dsum = rows(after === 'gelu' && sum ? tf.mul(dy, geluSlope(sum)) : dy);
    return {
      x: needed ? tf.reshape(engine.matMul(dsum, kernel, false, true), x.shape) : undefined,
      kernel: tf.reshape(engine.matMul(rows(x), dsum, true, false), weights.kernel.shape),
      bias: engine.biasGradient(dsum),
    };
  });
}

/** Φ(x) = (1 + erf(x / √2)) / 2 */
function normalCdf(x: Tensor): Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}

/** d/dx x · Φ(x) = Φ(x) + x · φ(x) */
function geluSlope(x: Tensor): Tensor {
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return tf.add(normalCdf(x), tf.mul(x, density));
}

/** Saves the normalized x and one over the standard deviation. */
export function composeLayerNorm({ x, scale, offset, epsilon }: LayerNorm): Saving {
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const inverseStd = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    const normalized = tf.mul(centred, inverseStd);
    return { output: tf.add(tf.mul(normalized, scale), offset), saved: [normalized, inverseStd] };
  });
}

/** dx = (g − mean(g) − x̂ · mean(g · x̂)) / std with g = dy · scale and x̂ the normalized x. */
export function composeLayerNormGradient(
  dy: Tensor,
  { scale }: LayerNorm,
  { saved: [normalized, inverseStd] }: Saving,
  addend: Tensor | undefined,
): LayerNormGradients {
  if (normalized === undefined || inverseStd === undefined) throw new Error('layer norm saved nothing');
  return tf.tidy(() => {
    const g = tf.mul(dy, scale);
    const along = tf.mul(normalized, tf.mean(tf.mul(g, normalized), -1, true));
    const dx = tf.mul(tf.sub(tf.sub(g, tf.mean(g, -1, true)), along), inverseStd);
    return {
      x: addend ? tf.add(dx, addend) : dx,
      scale: tf.sum(rows(tf.mul(dy, normalized)), 0),
      offset: tf.sum(rows(dy), 0),
    };
  });
}

/** Saves the attention of each token to each, [N · heads, T, T]. */
export function composeAttention(qkv: Tensor, heads: number): Saving {
  const [n, t, width] = dimensions3(qkv);
  const channels = width / 3;
  return tf.tidy(() => {
    const [q, k, v] = splitHeads(qkv, heads);
    const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(channels / heads));
    const weights = tf.softmax(scores);
    const mixed = tf.reshape(tf.matMul(weights, v), [n, heads, t, channels / heads]);
    return {
      output: tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [n, t, channels]),
      saved: [weights],
    };
  });
}

export function composeAttentionGradient(
  dy: Tensor,
  qkv: Tensor,
  { saved: [weights] }: Saving,
  heads: number,
): Tensor {
  if (weights === undefined) throw new Error('attention saved nothing');
  const [n, t, channels] = dimensions3(dy);
  const depth = channels / heads;
  return tf.tidy(() => {
    const [q, k, v] = splitHeads(qkv, heads);
    const dmixed = tf.reshape(tf.transpose(tf.reshape(dy, [n, t, heads, depth]), [0, 2, 1, 3]), [
      n * heads,
      t,
      depth,
    ]);
    const dweights = tf.matMul(dmixed, v, false, true);
    const inner = tf.sum(tf.mul(dweights, weights), -1, true);
    const dscores = tf.mul(tf.mul(tf.sub(dweights, inner), weights), 1 / Math.sqrt(depth));
    const parts = [
      tf.matMul(dscores, k),
      tf.matMul(dscores, q, true, false),
      tf.matMul(weights, dmixed, true, false),
    ];
    return joinHeads(parts, [n, t, channels], heads);
  });
}

/** [N, T, 3C] → queries, keys and values, each [N · heads, T, C / heads]. */
function splitHeads(qkv: Tensor, heads: number): [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D] {
  const [n, t, width] = dimensions3(qkv);
  const depth = width / 3 / heads;
  const apart = tf.transpose(tf.reshape(qkv, [n, t, 3, heads, depth]), [2, 0, 3, 1, 4]);
  const part = (index: number): tf.Tensor3D =>
    tf.reshape(tf.slice(apart, [index, 0, 0, 0, 0], [1, n, heads, t, depth]), [n * heads, t, depth]);
  return [part(0), part(1), part(2)];
}

/** Queries, keys and values, each [N · heads, T, C / heads], → [N, T, 3C]. */
function joinHeads(
  parts: readonly Tensor[],
  [n, t, channels]: [number, number, number],
  heads: number,
): Tensor {
  const depth = channels / heads;
  const apart = tf.stack(parts.map((part) => tf.reshape(part, [n, heads, t, depth])));
  return tf.reshape(tf.transpose(apart, [1, 3, 0, 2, 4]), [n, t, 3 * channels]);
}
