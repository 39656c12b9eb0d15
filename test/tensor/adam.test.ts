import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { onEachBackend, onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { typescriptArguments } from '../support/typescript-child.js';
import { randomTensor, tensorOf } from '../support/values.js';
import { adamOf, SIZES } from './gradient-values.js';

/** Numbers that are easy to reckon with. */
const STEP = { decay: 0.5, beta1: 0.5, beta2: 0.75, correction: 0.5, epsilon: 0.1, rate: 0.2 };
/** Those of a step in training. */
const USUAL = { decay: 1, beta1: 0.9, beta2: 0.999, correction: 0.1, epsilon: 1e-8, rate: 1e-2 };

onEveryBackend((engine) => {
  describe('a step of Adam', () => {
    it('moves both moments, and then the decayed parameters', async () => {
      const { first, second, parameters } = await adamOf(
        engine(),
        {
          gradient: Float32Array.of(2, 0),
          first: Float32Array.of(-1, 4),
          second: Float32Array.of(0.75, 4),
          parameters: Float32Array.of(10, -10),
        },
        STEP,
      );
      // m = 0.5 · −1 + 0.5 · 2, 0.5 · 4. v = 0.75 · 0.75 + 0.25 · 4 = 1.5625 = 1.25², 0.75 · 4 = 3 = 1.7320508².
      expectClose(first, [0.5, 2]);
      expectClose(second, [1.5625, 3]);
      // θ = 5 − 0.2 · 0.5 / (2.5 + 0.1), −5 − 0.2 · 2 / (3.4641016 + 0.1)
      expectClose(parameters, [5 - 0.1 / 2.6, -5 - 0.4 / 3.5641016]);
    });

    it('without a gradient and moments leaves the parameters as they are', async () => {
      const zeros = new Float32Array(3);
      const parameters = Float32Array.of(1, 3e38, -1e-30);
      const values = { gradient: zeros, first: zeros, second: zeros, parameters };
      expect(await adamOf(engine(), values, USUAL)).toEqual({ first: zeros, second: zeros, parameters });
    });

    it.each(SIZES)('of %i parameters agrees with double precision', async (size) => {
      const [gradient, first, root, parameters] = [1, 2, 3, 4].map((seed) => randomTensor(seed, [size]).data);
      if (!gradient || !first || !root || !parameters) throw new Error('there are four seeds');
      const second = root.map((value) => value ** 2);
      const result = await adamOf(engine(), { gradient, first, second, parameters }, USUAL);
      const m = Float64Array.from(gradient, (g, i) => 0.9 * (first[i] ?? NaN) + 0.1 * g);
      const v = Float64Array.from(gradient, (g, i) => 0.999 * (second[i] ?? NaN) + 0.001 * g * g);
      expectClose(result.first, m);
      expectClose(result.second, v);
      expectClose(
        result.parameters,
        m.map((first, i) => (parameters[i] ?? NaN) - (1e-2 * first) / (Math.sqrt(v[i] ?? NaN) / 0.1 + 1e-8)),
      );
    });

    it('is the same for equal numbers wherever they lie', async () => {
      const filled = (value: number) => new Float32Array(16385 + 17).fill(value);
      const values = {
        gradient: filled(0.1),
        first: filled(0.3),
        second: filled(0.7),
        parameters: filled(1.1),
      };
      for (const found of Object.values(await adamOf(engine(), values, { ...USUAL, decay: 0.99 })))
        expect(new Set(found).size).toBe(1);
    });

    it('shows what is not finite in the parameters that it belongs to', async () => {
      const gradient = Float32Array.of(NaN, 1, 0);
      const [first, second] = [new Float32Array(3), new Float32Array(3)];
      const values = { gradient, first, second, parameters: Float32Array.of(1, 1, 1) };
      const { parameters } = await adamOf(engine(), values, USUAL);
      expect([...parameters].map(Number.isFinite)).toEqual([false, true, true]);
    });

    it('leaves the gradient alone and takes the others', async () => {
      const tensors = {
        ...{ gradient: tensorOf(engine(), [2], 1, 2), first: tensorOf(engine(), [2], 3, 4) },
        ...{ second: tensorOf(engine(), [2], 5, 6), parameters: tensorOf(engine(), [2], 7, 8) },
      };
      const before = engine().liveTensors();
      const { first, second, parameters } = engine().scope(() => {
        const result = engine().adam(tensors, USUAL);
        return { ...result, keep: [result.first, result.second, result.parameters] };
      });
      expect(engine().liveTensors()).toBe(before);
      expect([tensors.first, tensors.second, tensors.parameters].map((tensor) => tensor.isDisposed)).toEqual([
        true,
        true,
        true,
      ]);
      expect(await engine().read(tensors.gradient)).toEqual(Float32Array.of(1, 2));
      for (const tensor of [tensors.gradient, first, second, parameters]) tensor.dispose();
    });

    it.each(['gradient', 'first', 'second', 'parameters'] as const)(
      'refuses another size of %s',
      async (name) => {
        const two = new Float32Array(2);
        const values = { gradient: two, first: two, second: two, parameters: two };
        for (const size of [0, 1, 3]) {
          const wrong = { ...values, [name]: new Float32Array(size) };
          await expect(adamOf(engine(), wrong, USUAL), `${size}`).rejects.toThrow();
        }
      },
    );

    it('refuses parameters that do not lie flat', () => {
      engine().scope(() => {
        const flat = tensorOf(engine(), [2], 1, 2);
        const parameters = tensorOf(engine(), [2, 3], 1, 2, 3, 4, 5, 6);
        const tensors = { gradient: flat, first: flat, second: flat, parameters };
        expect(() => engine().adam(tensors, USUAL)).toThrow();
        return { keep: [] };
      });
    });
  });
});

onEachBackend(() => {
  it('gradients come to the same bytes with one thread and with more', async () => {
    const one = await checksum('1');
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect([await checksum('2'), await checksum('5')]).toEqual([one, one]);
  });
}, ['tensorflow']);

/** What the child prints when it computes on so many threads. */
async function checksum(threads: string): Promise<string> {
  const child = fileURLToPath(new URL('gradient-child.ts', import.meta.url));
  const env = { ...process.env, TF_NUM_INTRAOP_THREADS: threads };
  const { stdout } = await promisify(execFile)(process.execPath, [...typescriptArguments, child], { env });
  return stdout.trim();
}
