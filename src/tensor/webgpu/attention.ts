import * as tf from '@tensorflow/tfjs-core';

import type { Tensor } from '../engine.js';
import { dimensions3 } from '../shapes.js';
import type { Saving } from '../token-operations.js';
import { ORDERED, OVER_GROUP } from './over-group.js';
import { multiply, multiplyInto, type Product } from './product.js';
import type { Programs } from './program.js';

const WORKGROUP = 64;

/** Of all heads: a product of each is a batch. */
interface Heads {
  readonly n: number;
  readonly t: number;
  readonly heads: number;
  readonly depth: number;
}

/** Saves the attention of each token to each, [N · heads, T, T]. */
export function attention(programs: Programs, qkv: Tensor, heads: number): Saving {
  const [n, t, width] = dimensions3(qkv);
  const shape = { n, t, heads, depth: width / 3 / heads };
  const scores = multiply(programs, {
    ...products(shape, 'attention scores', { columns: t, depth: shape.depth }),
    inputs: { qkv },
    output: [n * heads, t, t],
    left: `${PLACES} fn left(row : u32, k : u32) -> f32 { return qkv[apart(0u, row, k)]; }`,
    right: 'fn right(k : u32, column : u32) -> f32 { return qkv[apart(1u, column, k)]; }',
    ...{ leftIsByRow: true, rightIsByRow: false },
    numbers: { scale: 1 / Math.sqrt(shape.depth) },
    write: 'result[at] = sum * uniforms.scale;',
  });
  const weights = softmax(programs, scores);
  scores.dispose();
  const output = multiply(programs, {
    ...products(shape, 'attention', { columns: shape.depth, depth: t }),
    inputs: { weights, qkv },
    output: [n, t, heads * shape.depth],
    left: `${PLACES} fn left(row : u32, k : u32) -> f32 { return weights[(batch * uniforms.t + row) * uniforms.t + k]; }`,
    right: 'fn right(k : u32, column : u32) -> f32 { return qkv[apart(2u, k, column)]; }',
    ...{ leftIsByRow: true, rightIsByRow: true },
    write: 'result[joined(row, column)] = sum;',
  });
  return { output, saved: [weights] };
}

export function attentionGradient(
  programs: Programs,
  dy: Tensor,
  qkv: Tensor,
  { saved: [weights] }: Saving,
  heads: number,
): Tensor {
  if (weights === undefined) throw new Error('attention saved nothing');
  const [n, t, channels] = dimensions3(dy);
  const shape = { n, t, heads, depth: channels / heads };
  const dweights = multiply(programs, {
    ...products(shape, 'gradient of attention weights', { columns: t, depth: shape.depth }),
    inputs: { dy, qkv },
    output: weights.shape,
    left: `${PLACES} fn left(row : u32, k : u32) -> f32 { return dy[joined(row, k)]; }`,
    right: 'fn right(k : u32, column : u32) -> f32 { return qkv[apart(2u, column, k)]; }',
    ...{ leftIsByRow: true, rightIsByRow: false },
  });
  const dscores = scoreGradient(programs, dweights, weights, 1 / Math.sqrt(shape.depth));
  dweights.dispose();
  const gradient = programs.allocate(qkv.shape);
  const write = (part: number) => `result[apart(${part}u, row, column)] = sum;`;
  const into = (product: Pick<Product, 'name' | 'inputs' | 'left' | 'right' | 'leftIsByRow' | 'write'>) => {
    const { name, ...texts } = product;
    const sizes = products(shape, name, { columns: shape.depth, depth: t });
    multiplyInto(programs, gradient, { ...sizes, ...texts, rightIsByRow: true });
  };
  into({
    name: 'gradient of queries',
    inputs: { dscores, qkv },
    left: `${PLACES} fn left(row : u32, k : u32) -> f32 { return dscores[(batch * uniforms.t + row) * uniforms.t + k]; }`,
    right: 'fn right(k : u32, column : u32) -> f32 { return qkv[apart(1u, k, column)]; }',
    leftIsByRow: true,
    write: write(0),
  });
  into({
    name: 'gradient of keys',
    inputs: { dscores, qkv },
    left: `${PLACES} fn left(row : u32, k : u32) -> f32 { return dscores[(batch * uniforms.t + k) * uniforms.t + row]; }`,
    right: 'fn right(k : u32, column : u32) -> f32 { return qkv[apart(0u, k, column)]; }',
    leftIsByRow: false,
    write: write(1),
  });
  into({
    name: 'gradient of values',
    inputs: { weights, dy },
    left: `${PLACES} fn left(row : u32, k : u32) -> f32 { return weights[(batch * uniforms.t + k) * uniforms.t + row]; }`,
    right: 'fn right(k : u32, column : u32) -> f32 { return dy[joined(k, column)]; }',
    leftIsByRow: false,
    write: write(2),
  });
  dscores.dispose();
  return tf.engine().makeTensorFromTensorInfo(gradient);
}

/** What a product of each head has in common: its rows are tokens. */
function products(
  { n, t, heads, depth }: Heads,
  name: string,
  lengths: Pick<Product, 'columns' | 'depth'>,
): Pick<Product, 'name' | 'rows' | 'columns' | 'depth' | 'batches' | 'sizes' | 'counts'> {
  return { name, rows: t, ...lengths, batches: n * heads, sizes: {}, counts: { t, heads, d: depth } };
}

/** Where the channels of a head lie, among queries, keys and values or alone. */
const PLACES = `
  fn apart(which : u32, token : u32, channel : u32) -> u32 {
    let image = batch / uniforms.heads;
    let head = batch % uniforms.heads;
    return (((image * uniforms.t + token) * 3u + which) * uniforms.heads + head) * uniforms.d + channel;
  }

  fn joined(token : u32, channel : u32) -> u32 {
    let image = batch / uniforms.heads;
    return ((image * uniforms.t + token) * uniforms.heads + batch % uniforms.heads) * uniforms.d + channel;
  }`;

/** Over the last axis; a group for each row. */
function softmax(programs: Programs, scores: Tensor): Tensor {
  return programs.runOne({
    ...eachRow(scores, 'softmax'),
    inputs: { scores },
    text: `
      ${OVER_GROUP}
      ${ORDERED}
      fn kernel(index : u32) {
        let local = index % WORKGROUP;
        let start = min(index / WORKGROUP, uniforms.rows - 1u) * uniforms.columns;
        let end = start + uniforms.columns;
        var bits = 0u;
        for (var at = start + local; at < end; at += WORKGROUP) { bits = max(bits, ordered(scores[at])); }
        let largest = unordered(largestOf(local, bits));
        var sum = 0.0;
        for (var at = start + local; at < end; at += WORKGROUP) { sum += exp(scores[at] - largest); }
        let total = sumOf(local, sum);
        for (var at = start + local; at < end; at += WORKGROUP) { result[at] = exp(scores[at] - largest) / total; }
      }`,
  });
}

/** (dw − Σ dw · w) · w · scale, over the last axis; a group for each row. */
function scoreGradient(programs: Programs, dweights: Tensor, weights: Tensor, scale: number): Tensor {
  return programs.runOne({
    ...eachRow(weights, 'gradient of softmax'),
    inputs: { dweights, weights },
    numbers: { scale },
    text: `
      ${OVER_GROUP}
      fn kernel(index : u32) {
        let local = index % WORKGROUP;
        let start = min(index / WORKGROUP, uniforms.rows - 1u) * uniforms.columns;
        let end = start + uniforms.columns;
        var sum = 0.0;
        for (var at = start + local; at < end; at += WORKGROUP) { sum += dweights[at] * weights[at]; }
        let inner = sumOf(local, sum);
        for (var at = start + local; at < end; at += WORKGROUP) {
          result[at] = (dweights[at] - inner) * weights[at] * uniforms.scale;
        }
      }`,
  });
}

function eachRow(x: Tensor, name: string) {
  const columns = x.shape.at(-1) ?? 1;
  const rows = x.size / columns;
  return {
    name,
    outputs: [x.shape],
    sizes: {},
    counts: { rows, columns },
    ...{ workgroups: rows, workgroupSize: WORKGROUP },
  };
}
