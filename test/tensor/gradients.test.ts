import { describe, it } from 'vitest';

import type { HostTensor } from '../../src/train/safetensors.js';
import { onEachBackend } from '../support/backends.js';
import { expectCloseToLargest } from '../support/close.js';
import { expectNumericGradients, numericGradient } from '../support/gradients.js';
import type { Differentiable } from '../support/gradients.js';
import { distributions, randomTensor, spacedTensor, upload } from '../support/values.js';

interface Case {
  readonly name: string;
  readonly inputs: readonly HostTensor[];
  readonly f: Differentiable;
}

/** Small, since every input element costs two evaluations; the last axes differ so that no transposition hides. */
const CASES: readonly Case[] = [
  ...[
    { stride: 1, padding: 1 },
    { stride: 2, padding: 1 },
    { stride: 1, padding: 0 },
    { stride: 2, padding: 0 },
  ].map((geometry): Case => ({
    name: `conv2d, stride ${geometry.stride}, padding ${geometry.padding}`,
    inputs: [randomTensor(1, [2, 4, 4, 2]), randomTensor(2, [3, 3, 2, 3])],
    f: (operations, x, kernel) => operations.conv2d(x, kernel, geometry),
  })),
  {
    name: 'conv2d of an odd image, stride 2',
    inputs: [randomTensor(1, [1, 5, 3, 2]), randomTensor(2, [3, 3, 2, 2])],
    f: (operations, x, kernel) => operations.conv2d(x, kernel, { stride: 2, padding: 1 }),
  },
  {
    name: 'biasAdd to images',
    inputs: [randomTensor(1, [2, 2, 2, 3]), randomTensor(2, [3])],
    f: (operations, x, bias) => operations.biasAdd(x, bias),
  },
  {
    name: 'batchNorm',
    inputs: [randomTensor(1, [3, 2, 2, 2]), randomTensor(2, [2]), randomTensor(3, [2])],
    f: (operations, x, scale, offset) => operations.batchNorm(x, scale, offset, 1e-5).output,
  },
  { name: 'relu', inputs: [spacedTensor(1, [4, 5])], f: (operations, x) => operations.relu(x) },
  {
    name: 'add',
    inputs: [randomTensor(1, [2, 3]), randomTensor(2, [2, 3])],
    f: (operations, a, b) => operations.add(a, b),
  },
  {
    name: 'maxPool',
    inputs: [spacedTensor(1, [2, 4, 4, 2])],
    f: (operations, x) => operations.maxPool(x),
  },
  {
    name: 'subsample',
    inputs: [randomTensor(1, [2, 4, 6, 2])],
    f: (operations, x) => operations.subsample(x, 4),
  },
  {
    name: 'globalAveragePool',
    inputs: [randomTensor(1, [2, 2, 3, 2])],
    f: (operations, x) => operations.globalAveragePool(x),
  },
  {
    name: 'dense',
    inputs: [randomTensor(1, [3, 4]), randomTensor(2, [4, 2])],
    f: (operations, x, kernel) => operations.dense(x, kernel),
  },
];

onEachBackend((engine) => {
  describe('gradients are those of central differences', () => {
    it.each(CASES)('$name', async ({ inputs, f }) => {
      await expectNumericGradients(engine(), inputs, f);
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
