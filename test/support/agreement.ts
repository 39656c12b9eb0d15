import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { EngineName } from '../../src/tensor/backend.js';
import type { Engine, Tensor } from '../../src/tensor/engine.js';
import type { HostTensor } from '../../src/train/safetensors.js';
import { activate, BESIDE_CPU, onEachBackend } from './backends.js';
import { expectCloseToLargest } from './close.js';
import { upload } from './values.js';

/** Something that an engine computes of tensors whose sizes vary. */
export interface AgreementCase<Sizes> {
  readonly name: string;
  readonly inputs: (sizes: Sizes) => readonly HostTensor[];
  readonly run: (engine: Engine, sizes: Sizes, ...inputs: readonly Tensor[]) => readonly Tensor[];
}

/** Tests that every engine gives what the plainest does, of random sizes. */
export function expectAgreementWithCpu<Sizes>(
  cases: readonly AgreementCase<Sizes>[],
  sizes: fc.Arbitrary<Sizes>,
): void {
  onEachBackend((_, backend) => {
    describe('agrees with cpu', () => {
      it.each(cases)('on $name', async (operation) => {
        const property = fc.asyncProperty(sizes, async (size) => {
          const reference = await results('cpu', operation, size);
          const actual = await results(backend, operation, size);
          for (const [index, { shape, data }] of reference.entries()) {
            expect(actual[index]?.shape).toEqual(shape);
            expectCloseToLargest(actual[index]?.data ?? [], data, { relative: 1e-5, absolute: 1e-5 });
          }
        });
        // WebGPU compiles its programs for each size, which takes a software adapter most of a second.
        await fc.assert(property, { numRuns: backend === 'webgpu' ? 2 : 15, seed: 1 });
      });
    });
  }, BESIDE_CPU);
}

async function results<Sizes>(
  backend: EngineName,
  { inputs, run }: AgreementCase<Sizes>,
  size: Sizes,
): Promise<HostTensor[]> {
  const engine = await activate(backend);
  const { keep } = engine.scope(() => ({
    keep: run(engine, size, ...inputs(size).map((input) => upload(engine, input))),
  }));
  const values: HostTensor[] = [];
  for (const tensor of keep) {
    values.push({ shape: tensor.shape, data: await engine.read(tensor) });
    tensor.dispose();
  }
  return values;
}
