import fc from 'fast-check';

import type { Engine, Linear, Tensor } from '../../src/tensor/engine.js';
import { expectAgreementWithCpu } from '../support/agreement.js';
import type { AgreementCase } from '../support/agreement.js';
import { randomTensor } from '../support/values.js';

/** Sizes of a problem. Channels of single numbers, which no vector holds, and of 16 to a head, as the kernels take them. */
const sizes = fc.record({
  seed: fc.nat(),
  n: fc.integer({ min: 1, max: 3 }),
  tokens: fc.integer({ min: 1, max: 9 }),
  heads: fc.integer({ min: 1, max: 3 }),
  depth: fc.constantFrom(1, 2, 3, 5, 16),
  outputs: fc.constantFrom(1, 3, 7, 16, 48),
  patch: fc.constantFrom(1, 2, 3),
});
type Sizes = typeof sizes extends fc.Arbitrary<infer Value> ? Value : never;

const channels = ({ heads, depth }: Sizes) => heads * depth;
const like = (s: Sizes, index: number, ...last: readonly number[]) =>
  randomTensor(s.seed + index, [s.n, s.tokens, ...last]);
const vector = (s: Sizes, index: number, length: number) => randomTensor(s.seed + index, [length]);

type After = 'gelu' | 'addend' | undefined;

function linearCase(name: string, after: After): AgreementCase<Sizes> {
  return {
    name,
    inputs: (s) => [
      like(s, 1, channels(s)),
      randomTensor(s.seed + 2, [channels(s), s.outputs], 1 / Math.sqrt(channels(s))),
      vector(s, 3, s.outputs),
      like(s, 4, s.outputs),
      like(s, 5, s.outputs),
    ],
    run: (engine, s, x, kernel, bias, dy, addend) => {
      const linear = { x, weights: { kernel, bias }, after: after === 'addend' ? { addend } : after };
      return linearAndGradients(engine, linear, dy, s.seed % 2 === 0);
    },
  };
}

function linearAndGradients(engine: Engine, linear: Linear, dy: Tensor, needed: boolean): Tensor[] {
  const result = engine.linear(linear);
  const { x, kernel, bias } = engine.linearGradient(dy, linear, result, needed);
  if (needed !== (x !== undefined)) throw new Error('the gradient of x comes when it is asked for');
  return [result.output, kernel, bias, ...(x ? [x] : [])];
}

function layerNormCase(name: string, pending: boolean): AgreementCase<Sizes> {
  return {
    name,
    inputs: (s) => [
      like(s, 1, channels(s)),
      vector(s, 2, channels(s)),
      vector(s, 3, channels(s)),
      like(s, 4, channels(s)),
      like(s, 5, channels(s)),
    ],
    run: (engine, _, x, scale, offset, dy, addend) => {
      // A large ε, for the variance of a few numbers may be next to nothing.
      const norm = { x, scale, offset, epsilon: 0.1, exact: false };
      const result = engine.layerNorm(norm);
      const gradients = engine.layerNormGradient(dy, norm, result, pending ? addend : undefined);
      return [result.output, gradients.x, gradients.scale, gradients.offset];
    },
  };
}

function embedCase(name: string, first: 0 | 1): AgreementCase<Sizes> {
  return {
    name,
    inputs: (s) => [
      like(s, 1, s.outputs),
      randomTensor(s.seed + 2, [s.tokens + first, s.outputs]),
      randomTensor(s.seed + 3, [s.n, s.tokens + first, s.outputs]),
      vector(s, 4, s.outputs),
    ],
    run: (engine, _, x, position, dy, vector) => {
      const embedding = { token: first === 1 ? vector : undefined, position };
      const gradients = engine.embedGradient(dy, embedding);
      const token = gradients.token ? [gradients.token] : [];
      return [engine.embed(x, embedding), gradients.x, gradients.position, ...token];
    },
  };
}

const CASES: readonly AgreementCase<Sizes>[] = [
  linearCase('a linear map and its gradients', undefined),
  linearCase('a linear map with GELU and its gradients', 'gelu'),
  linearCase('a linear map with an addend and its gradients', 'addend'),
  layerNormCase('layer norm and its gradients', false),
  layerNormCase('layer norm and its gradients, one of which is pending', true),
  embedCase('embedding with a class token and its gradients', 1),
  embedCase('embedding without one and its gradients', 0),
  {
    name: 'attention and its gradient',
    inputs: (s) => [like(s, 1, 3 * channels(s)), like(s, 2, channels(s))],
    run: (engine, { heads }, qkv, dy) => {
      const result = engine.attention(qkv, heads);
      return [result.output, engine.attentionGradient(dy, qkv, result, heads)];
    },
  },
  {
    name: 'patches and their gradient',
    inputs: (s) => {
      const [h, w] = [s.heads * s.patch, s.n * s.patch];
      const patches = [s.n, s.heads * s.n, s.patch ** 2 * s.outputs];
      return [randomTensor(s.seed, [s.n, h, w, s.outputs]), randomTensor(s.seed + 1, patches)];
    },
    run: (engine, { patch }, x, dy) => [engine.patches(x, patch), engine.patchesGradient(dy, x, patch)],
  },
  {
    name: 'the first token and the mean of all, and their gradients',
    inputs: (s) => [like(s, 1, s.outputs), randomTensor(s.seed + 2, [s.n, s.outputs])],
    run: (engine, _, x, dy) => [
      engine.firstToken(x),
      engine.firstTokenGradient(dy, x),
      engine.meanToken(x),
      engine.meanTokenGradient(dy, x),
    ],
  },
];

expectAgreementWithCpu(CASES, sizes);
