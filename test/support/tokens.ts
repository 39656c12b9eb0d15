import { createHash } from 'node:crypto';

import type { Engine, Tensor } from '../../src/tensor/engine.js';
import {
  composeAttention,
  composeAttentionGradient,
  composeLayerNorm,
  composeLayerNormGradient,
  composeLinear,
  composeLinearGradient,
} from '../../src/tensor/portable/composed-transformer.js';
import type { HostTensor } from '../../src/train/safetensors.js';
import { randomTensor, upload } from './values.js';

/** The operations that an engine may have kernels for, as it has them or as they are composed. */
export type TokenFunctions = Pick<
  Engine,
  'linear' | 'linearGradient' | 'layerNorm' | 'layerNormGradient' | 'attention' | 'attentionGradient'
>;

/** The same of the engine's plainer operations. */
export function composed(engine: Engine): TokenFunctions {
  return {
    linear: (linear) => composeLinear(engine, linear),
    linearGradient: (...given) => composeLinearGradient(engine, ...given),
    layerNorm: composeLayerNorm,
    layerNormGradient: composeLayerNormGradient,
    attention: composeAttention,
    attentionGradient: composeAttentionGradient,
  };
}

/** Where the numbers come from: what is multiplied, which bfloat16 packs, and what is float32 in any precision. */
export interface TokenSource {
  readonly packed: (values: HostTensor) => Tensor;
  readonly plain: (values: HostTensor) => Tensor;
}

export function float32Source(engine: Engine): TokenSource {
  return { packed: (values) => upload(engine, values), plain: (values) => upload(engine, values) };
}

export interface LinearShape {
  readonly rows: readonly number[];
  readonly inputs: number;
  readonly outputs: number;
  readonly after?: 'gelu' | 'addend';
  /** Whether the gradient of x is wanted; it is unless this is false. */
  readonly needed?: boolean;
}

/** Changes the random numbers of an input. */
export type Change = (name: string, values: HostTensor) => HostTensor;
const AS_IT_IS: Change = (_, values) => values;

/** What comes out of a linear map of random numbers and out of its gradients, by name. */
export function linearResults(
  functions: TokenFunctions,
  { packed, plain }: TokenSource,
  { rows, inputs, outputs, after, needed = true }: LinearShape,
  change = AS_IT_IS,
): Map<string, Tensor> {
  const std = 1 / Math.sqrt(inputs);
  const given = (name: string, seed: number, shape: readonly number[], scale = 1) =>
    change(name, randomTensor(seed, shape, scale));
  const addend = after === 'addend' ? plain(given('addend', 4, [...rows, outputs])) : undefined;
  const linear = {
    x: packed(given('x', 1, [...rows, inputs])),
    weights: {
      kernel: plain(given('kernel', 2, [inputs, outputs], std)),
      bias: plain(given('bias', 3, [outputs])),
    },
    after: addend ? { addend } : after === 'gelu' ? after : undefined,
  };
  const result = functions.linear(linear);
  const delta = given('dy', 5, [...rows, outputs]);
  const dy = addend ? plain(delta) : packed(delta);
  const gradients = functions.linearGradient(dy, linear, result, needed);
  return there({
    output: result.output,
    'gradient of x': gradients.x,
    'gradient of the kernel': gradients.kernel,
    'gradient of the bias': gradients.bias,
  });
}

export interface NormShape {
  readonly rows: readonly number[];
  readonly channels: number;
  readonly pending?: boolean;
  readonly exact?: boolean;
}

export function layerNormResults(
  functions: TokenFunctions,
  { packed, plain }: TokenSource,
  { rows, channels, pending = false, exact = false }: NormShape,
  change = AS_IT_IS,
): Map<string, Tensor> {
  const given = (name: string, seed: number, shape: readonly number[]) =>
    change(name, randomTensor(seed, shape));
  const norm = {
    x: plain(given('x', 1, [...rows, channels])),
    scale: plain(given('scale', 2, [channels])),
    offset: plain(given('offset', 3, [channels])),
    ...{ epsilon: 1e-6, exact },
  };
  const result = functions.layerNorm(norm);
  const delta = given('dy', 4, [...rows, channels]);
  const dy = exact ? plain(delta) : packed(delta);
  const addend = pending ? plain(given('addend', 5, [...rows, channels])) : undefined;
  const gradients = functions.layerNormGradient(dy, norm, result, addend);
  return there({
    output: result.output,
    'gradient of x': gradients.x,
    'gradient of the scale': gradients.scale,
    'gradient of the offset': gradients.offset,
  });
}

export interface AttentionShape {
  readonly images: number;
  readonly tokens: number;
  readonly heads: number;
  readonly depth: number;
}

export function attentionResults(
  functions: TokenFunctions,
  { packed }: TokenSource,
  { images, tokens, heads, depth }: AttentionShape,
  change = AS_IT_IS,
): Map<string, Tensor> {
  const given = (name: string, seed: number, width: number) =>
    packed(change(name, randomTensor(seed, [images, tokens, width * heads * depth])));
  const qkv = given('qkv', 1, 3);
  const result = functions.attention(qkv, heads);
  const gradient = functions.attentionGradient(given('dy', 2, 1), qkv, result, heads);
  return there({ output: result.output, 'gradient of qkv': gradient });
}

function there(tensors: Readonly<Record<string, Tensor | undefined>>): Map<string, Tensor> {
  return new Map(
    Object.entries(tensors).flatMap(([name, tensor]) => (tensor ? [[name, tensor] as const] : [])),
  );
}

/** Shapes that the kernels take: rows around their blocks of 64, and enough for sums in four parts; wide and narrow. */
export const LINEAR_SHAPES: readonly LinearShape[] = [
  ...[1, 63, 64, 65, 300].map((rows) => ({ rows: [rows], inputs: 48, outputs: 64 })),
  { rows: [3, 65], inputs: 16, outputs: 16 },
  { rows: [2, 17], inputs: 64, outputs: 208 },
  { rows: [37], inputs: 208, outputs: 48 },
  { rows: [5], inputs: 400, outputs: 208 },
  // Rows in two parts and in four.
  { rows: [2 * 2048 + 5], inputs: 16, outputs: 16 },
  { rows: [2, 4 * 1024 + 1], inputs: 16, outputs: 16 },
];
export const NORM_SHAPES: readonly NormShape[] = [
  ...[1, 63, 64, 65, 300].map((rows) => ({ rows: [rows], channels: 48 })),
  ...[16, 64, 208].map((channels) => ({ rows: [2, 17], channels })),
];
export const ATTENTION_SHAPES: readonly AttentionShape[] = [1, 5, 16, 17, 65].flatMap((tokens) => [
  { images: 2, tokens, heads: 1, depth: 16 },
  { images: 1, tokens, heads: 3, depth: 64 },
  { images: 3, tokens, heads: 3, depth: 48 },
]);
export const SMALL = {
  linear: { rows: [2, 5], inputs: 16, outputs: 32 },
  norm: { rows: [2, 5], channels: 32 },
  attention: { images: 2, tokens: 5, heads: 2, depth: 16 },
} as const;

/** A checksum of all that comes of some shapes: of every kind, and of rows that are summed in parts. */
export async function checksumOfTokens(engine: Engine): Promise<string> {
  const source = float32Source(engine);
  const results = [
    ...LINEAR_SHAPES.filter(({ inputs }) => inputs <= 64).map((shape) =>
      linearResults(engine, source, { ...shape, after: 'gelu' }),
    ),
    layerNormResults(engine, source, { rows: [300], channels: 48, pending: true }),
    attentionResults(engine, source, { images: 3, tokens: 17, heads: 3, depth: 48 }),
  ];
  const hash = createHash('sha256');
  for (const [name, tensor] of results.flatMap((tensors) => [...tensors])) {
    hash.update(name).update(await engine.read(tensor));
  }
  return hash.digest('hex');
}

/** Shapes with their names, for `it.each`. */
export function named<Shape extends object>(shapes: readonly Shape[]): (readonly [string, Shape])[] {
  return shapes.map((shape) => [nameOf(shape), shape]);
}

function nameOf(shape: object): string {
  return Object.entries(shape)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}
