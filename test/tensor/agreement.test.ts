import fc from 'fast-check';

import { expectAgreementWithCpu } from '../support/agreement.js';
import type { AgreementCase } from '../support/agreement.js';
import { partsOf } from '../support/parts.js';
import { distributions, farFromZero, randomTensor, spacedTensor } from '../support/values.js';

/** Sizes of a problem: even images, as everywhere in these networks. */
const sizes = fc.record({
  seed: fc.nat(),
  n: fc.integer({ min: 1, max: 3 }),
  h: fc.integer({ min: 1, max: 4 }).map((half) => 2 * half),
  w: fc.integer({ min: 1, max: 4 }).map((half) => 2 * half),
  inputs: fc.integer({ min: 1, max: 5 }),
  outputs: fc.integer({ min: 1, max: 5 }),
  stride: fc.constantFrom(1, 2),
});
type Sizes = typeof sizes extends fc.Arbitrary<infer Value> ? Value : never;

const image = ({ seed, n, h, w, inputs }: Sizes) => randomTensor(seed, [n, h, w, inputs]);
const matrix = ({ seed, h, inputs }: Sizes) => randomTensor(seed, [h, inputs]);
const vector = (seed: number, length: number) => randomTensor(seed, [length]);
const EPSILON = 1e-5;

const CASES: readonly AgreementCase<Sizes>[] = [
  {
    name: 'convolution and its gradients',
    inputs: (s) => [
      image(s),
      randomTensor(s.seed + 1, [3, 3, s.inputs, s.outputs]),
      randomTensor(s.seed + 2, [s.n, s.h / s.stride, s.w / s.stride, s.outputs]),
    ],
    run: (engine, { stride }, x, kernel, dy) => [
      partsOf(engine).conv2d(x, kernel, { stride, padding: 1 }),
      partsOf(engine).conv2dInputGradient(dy, kernel, x, { stride, padding: 1 }),
      partsOf(engine).conv2dKernelGradient(dy, kernel, x, { stride, padding: 1 }),
    ],
  },
  {
    name: 'batch norm and its gradients',
    inputs: (s) => [
      image(s),
      vector(s.seed + 1, s.inputs),
      vector(s.seed + 2, s.inputs),
      randomTensor(s.seed + 3, [s.n, s.h, s.w, s.inputs]),
    ],
    run: (engine, _, x, scale, offset, dy) => {
      const { output, mean, variance, saved } = partsOf(engine).batchNorm(x, scale, offset, EPSILON);
      const gradient = partsOf(engine).batchNormGradient(dy, x, scale, saved, EPSILON);
      const normalized = partsOf(engine).normalize(x, { scale, offset, mean, variance }, EPSILON);
      return [output, mean, variance, normalized, gradient.x, gradient.scale, gradient.offset];
    },
  },
  {
    name: 'a unit and its gradients',
    inputs: (s) => [
      image(s),
      randomTensor(s.seed + 1, [3, 3, s.inputs, s.outputs]),
      ...[2, 3, 4].map((index) => vector(s.seed + index, s.outputs)),
      // Far from 0, so that rounding does not decide where ReLU is open.
      farFromZero(s.seed + 5, [s.n, s.h / s.stride, s.w / s.stride, s.outputs], 30),
      randomTensor(s.seed + 6, [s.n, s.h / s.stride, s.w / s.stride, s.outputs]),
    ],
    run: (engine, { stride }, x, kernel, ...others) => {
      const [scale, offset, bias, shortcut, dy] = others;
      if (!scale || !offset || !bias || !shortcut || !dy) throw new Error('an input is missing');
      const weights = { kernel, bias, scale, offset };
      const geometry = { stride, padding: 1 };
      // A large ε, for the variance of a few pixels may be next to nothing.
      const unit = { x: { values: x }, weights, geometry, epsilon: 0.1, shortcut, shared: false };
      const result = engine.unit(unit);
      const gradients = engine.unitGradient(dy, unit, result, { needed: true });
      if (!gradients.x || !gradients.bias || !gradients.shortcut) throw new Error('a gradient is missing');
      return [
        engine.materialize(result.output),
        engine.materialize(engine.inferUnit(unit, result)),
        ...[result.mean, result.variance],
        ...[gradients.x, gradients.kernel, gradients.scale, gradients.offset],
        ...[gradients.bias, gradients.shortcut],
      ];
    },
  },
  {
    name: 'bias and relu with their gradients',
    inputs: (s) => [
      image(s),
      vector(s.seed + 1, s.inputs),
      randomTensor(s.seed + 2, [s.n, s.h, s.w, s.inputs]),
    ],
    run: (engine, _, x, bias, dy) => {
      const y = partsOf(engine).relu(x);
      return [engine.biasAdd(x, bias), engine.biasGradient(dy), y, partsOf(engine).reluGradient(dy, y)];
    },
  },
  {
    name: 'max-pool and its gradient',
    inputs: (s) => [
      spacedTensor(s.seed, [s.n, s.h, s.w, s.inputs]),
      randomTensor(s.seed + 1, [s.n, s.h / 2, s.w / 2, s.inputs]),
    ],
    run: (engine, _, x, dy) => {
      const y = engine.maxPool({ values: x });
      return [y, engine.maxPoolGradient(dy, { values: x }, y)];
    },
  },
  {
    name: 'max-pool and its gradient with ties',
    inputs: (s) => {
      const { data, shape } = image(s);
      const pooled = randomTensor(s.seed + 1, [s.n, s.h / 2, s.w / 2, s.inputs]);
      return [{ data: data.map(Math.round), shape }, pooled];
    },
    run: (engine, _, x, dy) => [engine.maxPoolGradient(dy, { values: x }, engine.maxPool({ values: x }))],
  },
  {
    name: 'the shortcut and its gradient',
    inputs: (s) => [image(s), randomTensor(s.seed + 1, [s.n, s.h / 2, s.w / 2, 3 * s.inputs])],
    run: (engine, { inputs }, x, dy) => [engine.subsample(x, 3 * inputs), engine.subsampleGradient(dy, x)],
  },
  {
    name: 'average pool and its gradient',
    inputs: (s) => [image(s), randomTensor(s.seed + 1, [s.n, s.inputs])],
    run: (engine, _, x, dy) => [
      engine.globalAveragePool({ values: x }),
      engine.globalAveragePoolGradient(dy, { values: x }),
    ],
  },
  {
    name: 'matrix products',
    inputs: (s) => [
      matrix(s),
      randomTensor(s.seed + 1, [s.inputs, s.outputs]),
      randomTensor(s.seed + 2, [s.h, s.outputs]),
    ],
    run: (engine, _, a, b, c) => [
      engine.matMul(a, b, false, false),
      engine.matMul(a, c, true, false),
      engine.matMul(c, b, false, true),
      engine.matMul(b, a, true, true),
    ],
  },
  {
    name: 'cross-entropy',
    inputs: (s) => {
      const { data, shape } = matrix({ ...s, seed: s.seed + 1 });
      return [matrix(s), { shape, data: distributions(data, s.inputs) }];
    },
    run: (engine, _, logits, targets) => {
      const { loss, gradient } = engine.crossEntropy(logits, targets);
      return [loss, gradient];
    },
  },
  {
    name: 'moments',
    inputs: (s) => [image(s)],
    run: (engine, _, x) => {
      const { mean, variance, centred } = partsOf(engine).moments(x);
      return [mean, variance, centred];
    },
  },
];

expectAgreementWithCpu(CASES, sizes);
