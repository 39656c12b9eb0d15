import { describe, it } from 'vitest';

import type { Operations } from '../../src/tensor/operations.js';
import type { HostTensor } from '../../src/train/safetensors.js';
import { onEveryBackend } from '../support/backends.js';
import { expectNumericGradients, withinReach } from '../support/gradients.js';
import type { Differentiable } from '../support/gradients.js';
import { randomTensor } from '../support/values.js';

interface Case {
  readonly name: string;
  readonly inputs: readonly HostTensor[];
  readonly f: Differentiable;
}

const EPSILON = 1e-6;
const TOKENS = [2, 3, 4];

const onTokens = (
  name: string,
  f: (operations: Operations, x: ReturnType<Operations['features']>) => ReturnType<Operations['features']>,
): Case => ({
  name,
  inputs: [randomTensor(1, TOKENS)],
  f: (operations, x) => f(operations, operations.features(x)),
});

const CASES: readonly Case[] = [
  {
    name: 'patches',
    inputs: [randomTensor(1, [2, 4, 6, 3])],
    f: (operations, x) => operations.patches(operations.features(x), 2),
  },
  {
    name: 'embed with a class token',
    inputs: [randomTensor(1, TOKENS), randomTensor(2, [4]), randomTensor(3, [4, 4])],
    f: (operations, x, token, position) => operations.embed(operations.features(x), { token, position }),
  },
  {
    name: 'embed without one',
    inputs: [randomTensor(1, TOKENS), randomTensor(3, [3, 4])],
    f: (operations, x, position) => operations.embed(operations.features(x), { position }),
  },
  {
    name: 'linear',
    inputs: [randomTensor(1, TOKENS), randomTensor(2, [4, 5]), randomTensor(3, [5])],
    f: (operations, x, kernel, bias) => operations.linear(operations.features(x), { kernel, bias }),
  },
  {
    name: 'linear with a kernel of four axes',
    inputs: [randomTensor(1, [2, 3, 8]), randomTensor(2, [2, 2, 2, 3]), randomTensor(3, [3])],
    f: (operations, x, kernel, bias) => operations.linear(operations.features(x), { kernel, bias }),
  },
  {
    name: 'linear and GELU',
    inputs: [randomTensor(1, TOKENS), randomTensor(2, [4, 5]), randomTensor(3, [5])],
    f: (operations, x, kernel, bias) => operations.linear(operations.features(x), { kernel, bias }, 'gelu'),
  },
  {
    name: 'linear and an addend',
    inputs: [
      randomTensor(1, TOKENS),
      randomTensor(2, [4, 5]),
      randomTensor(3, [5]),
      randomTensor(4, [2, 3, 5]),
    ],
    f: (operations, x, kernel, bias, addend) =>
      operations.linear(operations.features(x), { kernel, bias }, { addend: operations.features(addend) }),
  },
  {
    name: 'layerNorm',
    inputs: [randomTensor(1, TOKENS), randomTensor(2, [4]), randomTensor(3, [4])],
    f: (operations, x, scale, offset) =>
      operations.layerNorm(operations.features(x), { scale, offset }, { epsilon: EPSILON }),
  },
  {
    name: 'layerNorm of rows',
    inputs: [randomTensor(1, [5, 4]), randomTensor(2, [4]), randomTensor(3, [4])],
    f: (operations, x, scale, offset) =>
      operations.layerNorm(operations.features(x), { scale, offset }, { epsilon: EPSILON, exact: true }),
  },
  {
    name: 'attention of one head',
    inputs: [randomTensor(1, [2, 3, 6])],
    f: (operations, qkv) => operations.attention(operations.features(qkv), 1),
  },
  {
    name: 'attention of two heads',
    inputs: [randomTensor(1, [2, 3, 12])],
    f: (operations, qkv) => operations.attention(operations.features(qkv), 2),
  },
  onTokens('firstToken', (operations, x) => operations.firstToken(x)),
  onTokens('meanToken', (operations, x) => operations.meanToken(x)),
  {
    // Two gradients come back to x, one of them added by the norm.
    name: 'half a block',
    inputs: [
      randomTensor(1, TOKENS),
      ...[2, 3].map((seed) => randomTensor(seed, [4])),
      ...[4, 5].map((seed) => randomTensor(seed, seed === 4 ? [4, 4] : [4])),
    ],
    f: (operations, x, scale, offset, kernel, bias) => {
      const addend = operations.features(x);
      const normalized = operations.layerNorm(addend, { scale, offset }, { epsilon: EPSILON });
      return operations.linear(normalized, { kernel, bias }, { addend });
    },
  },
];

onEveryBackend((engine, backend) => {
  describe('gradients of the operations on tokens are those of central differences', () => {
    it.each(withinReach(CASES, backend))('$name', async ({ inputs, f }) => {
      await expectNumericGradients(engine(), inputs, f);
    });
  });
});
