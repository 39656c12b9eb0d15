import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';

import type { ConvolutionGeometry } from '../../src/tensor/engine.js';
import type { HostTensor } from '../../src/train/safetensors.js';
import { onEveryBackend } from '../support/backends.js';
import { expectCloseToLargest } from '../support/close.js';
import { expectNumericGradients, numericGradient, withinReach } from '../support/gradients.js';
import type { Differentiable } from '../support/gradients.js';
import { distributions, farFromZero, randomTensor, spacedTensor, upload } from '../support/values.js';

interface Case {
  readonly name: string;
  readonly inputs: readonly HostTensor[];
  readonly f: Differentiable;
  readonly relative?: number;
}

const SAME = { stride: 1, padding: 1 };
const HALVING = { stride: 2, padding: 1 };
const OUTPUTS = 3;
const EPSILON = 1e-5;

interface UnitCase {
  readonly name: string;
  readonly image?: readonly [number, number, number, number];
  readonly geometry: ConvolutionGeometry;
  readonly bias?: readonly number[];
  readonly shared?: boolean;
}

const BIAS = [3, -2, 1];
const UNITS: readonly UnitCase[] = [
  { name: 'stride 1', geometry: SAME },
  { name: 'stride 2', geometry: HALVING },
  { name: 'no padding', geometry: { stride: 1, padding: 0 } },
  { name: 'stride 2 and no padding', image: [2, 5, 5, 2], geometry: { stride: 2, padding: 0 } },
  { name: 'stride 2 on an odd image', image: [1, 5, 3, 2], geometry: HALVING },
  { name: 'a bias', geometry: SAME, bias: BIAS },
  { name: 'a bias and stride 2', geometry: HALVING, bias: BIAS },
  { name: 'an output that is shared', geometry: SAME, shared: true },
];

/** The inputs of a unit but its bias, whose gradient is exactly 0 where central differences find some rounding. */
const unitInputs = ({ image = [2, 4, 4, 2] }: UnitCase) => [
  randomTensor(1, image),
  randomTensor(2, [3, 3, image[3], OUTPUTS]),
  randomTensor(3, [OUTPUTS]),
];

const unitOf =
  ({ geometry, bias, shared = false }: UnitCase): Differentiable =>
  (operations, x, kernel, scale, offset, ...others) => {
    const [shortcut] = others;
    const weights = { kernel, scale, offset, bias: bias && tf.tensor1d([...bias]) };
    const features = { x: operations.features(x), shortcut: shortcut && operations.features(shortcut) };
    return operations.unit({ ...features, weights, geometry, epsilon: EPSILON, shared }).output;
  };

/** The offset opens ReLU for the first and the last channel and closes it for the other: no step crosses a kink. */
const plainUnit = (unit: UnitCase): Case => ({
  name: `a unit with ${unit.name}`,
  inputs: [...unitInputs(unit), { shape: [OUTPUTS], data: Float32Array.of(8, -8, 8) }],
  f: unitOf(unit),
});

/** The shortcut opens or closes ReLU, element by element. */
const shortcutUnit = (unit: UnitCase): Case => {
  const { image = [2, 4, 4, 2], geometry } = unit;
  const [n, h, w] = image;
  const after = (length: number) => Math.floor((length + 2 * geometry.padding - 3) / geometry.stride) + 1;
  return {
    name: `a unit with ${unit.name} and a shortcut`,
    inputs: [
      ...unitInputs(unit),
      randomTensor(4, [OUTPUTS]),
      farFromZero(5, [n, after(h), after(w), OUTPUTS], 8),
    ],
    f: unitOf(unit),
  };
};

/** Small, since every input element costs two evaluations; the last axes differ so that no transposition hides. */
const CASES: readonly Case[] = [
  ...UNITS.map(plainUnit),
  ...UNITS.map(shortcutUnit),
  {
    // Two gradients come back to x, one of them added by the first unit.
    name: 'a residual block',
    // The second norm takes most of the first one's gradients out again, not the rounding of the differences.
    relative: 5e-3,
    inputs: [
      farFromZero(1, [2, 4, 4, 2], 8),
      randomTensor(2, [3, 3, 2, 2]),
      randomTensor(3, [2]),
      { shape: [2], data: Float32Array.of(8, 9) },
    ],
    f: (operations, x, kernel, scale, open) => {
      const options = { geometry: SAME, epsilon: EPSILON, shared: true };
      const shortcut = operations.features(x);
      const first = { ...options, x: shortcut, weights: { kernel, scale, offset: open } };
      const { output } = operations.unit(first);
      const second = { ...options, x: output, weights: { kernel, scale, offset: scale }, shortcut };
      return operations.unit(second).output;
    },
  },
  {
    name: 'biasAdd to images',
    inputs: [randomTensor(1, [2, 2, 2, 3]), randomTensor(2, [3])],
    f: (operations, x, bias) => operations.biasAdd(operations.features(x), bias),
  },
  {
    name: 'maxPool',
    inputs: [spacedTensor(1, [2, 4, 4, 2])],
    f: (operations, x) => operations.maxPool(operations.features(x)),
  },
  {
    name: 'subsample',
    inputs: [randomTensor(1, [2, 4, 6, 2])],
    f: (operations, x) => operations.subsample(operations.features(x), 4),
  },
  {
    name: 'globalAveragePool',
    inputs: [randomTensor(1, [2, 2, 3, 2])],
    f: (operations, x) => operations.globalAveragePool(operations.features(x)),
  },
  {
    name: 'dense',
    inputs: [randomTensor(1, [3, 4]), randomTensor(2, [4, 2])],
    f: (operations, x, kernel) => operations.dense(operations.features(x), kernel),
  },
];

onEveryBackend((engine, backend) => {
  describe('gradients are those of central differences', () => {
    it.each(withinReach(CASES, backend))('$name', async ({ inputs, f, relative }) => {
      await expectNumericGradients(engine(), inputs, f, relative);
    });

    it('crossEntropy', async () => {
      const logits = randomTensor(1, [3, 4], 2);
      const targets = upload(engine(), {
        shape: [3, 4],
        data: distributions(randomTensor(2, [3, 4]).data, 4),
      });
      const lossOf = async (data: Float32Array) => {
        const { loss } = engine().crossEntropy(upload(engine(), { ...logits, data }), targets);
        return (await engine().read(loss)).reduce((sum, value) => sum + value, 0);
      };
      const { gradient } = engine().crossEntropy(upload(engine(), logits), targets);
      const numeric = await numericGradient(lossOf, logits.data);
      expectCloseToLargest(await engine().read(gradient), numeric, { relative: 1e-3 });
    });
  });
});
