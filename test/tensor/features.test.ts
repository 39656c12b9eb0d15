import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import type { Engine, Tensor, UnitWeights } from '../../src/tensor/engine.js';
import { Operations } from '../../src/tensor/operations.js';
import type { Features } from '../../src/tensor/operations.js';
import { Tape } from '../../src/tensor/tape.js';
import { inBfloat16, onEveryBackend, withKernels } from '../support/backends.js';
import { relativeDistance } from '../support/close.js';
import { randomUnit } from '../support/units.js';
import { randomTensor, upload } from '../support/values.js';

/** Images as a network gets them: the kernels take them in either precision. */
const STEM = { n: 4, h: 8, w: 8, inputs: 3, outputs: 16 };
const NEXT = { n: 4, h: 8, w: 8, inputs: 16, outputs: 16 };

interface Tools {
  readonly operations: Operations;
  /** A second unit. */
  readonly unit: (x: Features, shortcut?: Features) => Features;
  readonly bias: Tensor;
}

/** What may be made of a unit's output h that is not said to be shared, though it is read in other ways than by a unit. */
interface Network {
  readonly name: string;
  readonly build: (h: Features, tools: Tools) => Features;
}

const NETWORKS: readonly Network[] = [
  { name: 'a shortcut', build: (h, { unit }) => unit(unit(h), h) },
  { name: 'two units', build: (h, { unit }) => unit(h, unit(h)) },
  { name: 'option A', build: (h, { operations }) => operations.subsample(h, 32) },
  { name: 'a pool', build: (h, { operations }) => operations.maxPool(h) },
];
/** In bfloat16 these are refused. */
const NOT_PACKED: readonly Network[] = [
  { name: 'a shortcut around nothing else', build: (h, { unit }) => unit(h, h) },
  { name: 'a bias', build: (h, { operations, bias }) => operations.biasAdd(h, bias) },
];

/** A network's averages and the gradients of its weights, the first unit's output shared or not. */
async function results(engine: Engine, { build }: Network, shared: boolean): Promise<Float32Array[]> {
  const { tensors } = engine.scope(() => {
    const tape = new Tape();
    const operations = new Operations(engine, tape);
    const [stem, next] = [randomUnit(engine, STEM, 1), randomUnit(engine, NEXT, 2)];
    const bias = upload(engine, randomTensor(3, [16]));
    const leaves = [...leavesOf(stem.weights), ...leavesOf(next.weights)];
    for (const leaf of leaves) tape.watch(leaf);
    const x = operations.features(stem.x.values);
    const h = operations.unit({ ...stem, x, shortcut: undefined, shared }).output;
    const unit = (input: Features, shortcut?: Features) =>
      operations.unit({ ...next, x: input, shortcut }).output;
    const y = operations.materialize(operations.globalAveragePool(build(h, { operations, unit, bias })));
    const averages = tf.clone(y);
    const gradients = tape.gradients(y, upload(engine, randomTensor(4, y.shape)));
    const reached = leaves.flatMap(({ id }) => gradients.get(id) ?? []);
    return { tensors: [averages, ...reached], keep: [averages, ...reached] };
  });
  const values = await Promise.all(tensors.map(async (tensor) => await engine.read(tensor)));
  for (const tensor of tensors) tensor.dispose();
  return values;
}

function leavesOf({ kernel, scale, offset }: UnitWeights): Tensor[] {
  return [kernel, scale, offset];
}

/** Those of the network whose first unit's output is said to be shared, up to these relative distances. */
async function expectRightNumbers(
  engine: Engine,
  network: Network,
  tolerance: { readonly averages: number; readonly gradients: number },
): Promise<void> {
  const expected = await results(engine, network, true);
  const actual = await results(engine, network, false);
  expect(actual.length).toBeGreaterThanOrEqual(4);
  expect(actual).toHaveLength(expected.length);
  for (const [index, values] of actual.entries()) {
    const allowed = index === 0 ? tolerance.averages : tolerance.gradients;
    expect(relativeDistance(values, expected[index] ?? [])).toBeLessThan(allowed);
  }
}

withKernels((engine) => {
  it('a unit does leave something to be applied here', () => {
    expect(engine().unit(randomUnit(engine(), STEM)).output.affine).toBeDefined();
  });

  it.each([...NETWORKS, ...NOT_PACKED])(
    '$name straight on a unit gives the right numbers',
    async (network) => {
      await expectRightNumbers(engine(), network, { averages: 1e-5, gradients: 1e-5 });
    },
  );

  it('features that a network ends with are what they stand for', async () => {
    const operations = new Operations(engine());
    const stem = randomUnit(engine(), STEM);
    const outputs = [true, false].map((shared) => {
      const x = operations.features(stem.x.values);
      return operations.materialize(operations.unit({ ...stem, x, shortcut: undefined, shared }).output);
    });
    const [expected, actual] = await Promise.all(outputs.map(async (output) => await engine().read(output)));
    expect(actual).toEqual(expected);
    expect(Math.min(...(actual ?? []))).toBe(0);
  });
});

inBfloat16((engine) => {
  // A rounding opens or closes a ReLU here and there, and its gradient with it.
  it.each(NETWORKS)('$name straight on a unit gives the right numbers', async (network) => {
    await expectRightNumbers(engine(), network, { averages: 1e-2, gradients: 0.2 });
  });

  it.each(NOT_PACKED)('$name straight on a unit is refused', async (network) => {
    await expect(results(engine(), network, false)).rejects.toThrow(/bfloat16/);
  });

  it('what TensorFlow would have to do with packed channels is refused', () => {
    const { output } = engine().unit(randomUnit(engine(), STEM));
    const kernel = upload(engine(), randomTensor(1, [16, 10]));
    const refusal = (what: string) =>
      new RegExp(`^precision: "bfloat16" does not go with ${what} of bfloat16 images \\[4, 8, 8, 16\\]`);
    expect(() => engine().biasAdd(output.values, kernel)).toThrow(refusal('a bias'));
    expect(() => engine().matMul(output.values, kernel, false, false)).toThrow(refusal('a dense layer'));
    expect(() => engine().crossEntropy(output.values, kernel)).toThrow(refusal('a loss'));
  });
});

onEveryBackend((engine) => {
  it('a dense layer straight on images is refused', () => {
    const operations = new Operations(engine());
    const stem = randomUnit(engine(), STEM);
    const x = operations.features(stem.x.values);
    const { output } = operations.unit({ ...stem, x, shortcut: undefined });
    const kernel = upload(engine(), randomTensor(1, [16, 10]));
    expect(() => operations.dense(output, kernel)).toThrow(
      'a dense layer takes [N, I], found [4, 8, 8, 16]: put a pool before it',
    );
  });

  it('features tell their shape as layers count, and show no tensor', () => {
    const operations = new Operations(engine());
    const stem = randomUnit(engine(), { ...STEM, stride: 2 });
    const x = operations.features(stem.x.values);
    const { output } = operations.unit({ ...stem, x, shortcut: undefined });
    const wide = operations.subsample(output, 32);
    const pooled = operations.globalAveragePool(operations.maxPool(output));
    const dense = operations.dense(pooled, upload(engine(), randomTensor(1, [16, 10])));
    const shapes = [x, output, wide, pooled, dense].map(({ shape }) => shape);
    expect(shapes).toEqual([
      [4, 8, 8, 3],
      [4, 4, 4, 16],
      [4, 2, 2, 32],
      [4, 16],
      [4, 10],
    ]);
    // @ts-expect-error -- A layer that reads the values themselves must not compile.
    expect(output.values).toBeUndefined();
    expect(Object.keys(output)).toEqual(['shape']);
  });
});
