import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { layerMoments, layerStatistics } from '../../src/train/statistics.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { tensorOf } from '../support/values.js';

describe('layerStatistics', () => {
  it('pools means and variances as if all elements lay in one tensor', () => {
    // a: 1, 3. b: 5, 5, 5, 9. Together: mean 28 / 6, variance 166 / 6 − (28 / 6)² = 53 / 9.
    const [a, b, global] = layerStatistics(
      [
        { name: 'a', size: 2 },
        { name: 'b', size: 4 },
      ],
      Float32Array.of(2, 1, 10, 4, 6, 3, -2, 0),
    );
    expect(a).toEqual({ layer: 'a', elements: 2, gradMean: 2, gradStd: 1, updateMean: 10, updateStd: 2 });
    expect(b).toEqual({
      layer: 'b',
      elements: 4,
      gradMean: 6,
      gradStd: Math.sqrt(3),
      updateMean: -2,
      updateStd: 0,
    });
    expect(global).toMatchObject({ layer: 'global', elements: 6 });
    expect(global?.gradMean).toBeCloseTo(28 / 6, 12);
    expect(global?.gradStd).toBeCloseTo(Math.sqrt(53 / 9), 12);
    // Update a: 8, 12; b: −2 four times. Mean 2, variance (36 + 100 + 4 · 16) / 6.
    expect(global?.updateMean).toBeCloseTo(2, 12);
    expect(global?.updateStd).toBeCloseTo(Math.sqrt(200 / 6), 12);
  });

  it('agrees with the statistics of the concatenation', () => {
    const value = fc.integer({ min: -50, max: 50 });
    const tensors = fc.array(fc.array(value, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(tensors, (tensors) => {
        const layers = tensors.map((values, index) => ({ name: `layer${index}`, size: values.length }));
        const moments = tensors.map((values) => population(values));
        const flat = Float32Array.from(
          moments.flatMap(({ mean, variance }) => [mean, variance, mean, variance]),
        );
        const global = layerStatistics(layers, flat).at(-1);
        const expected = population(tensors.flat());
        expectClose(
          [global?.gradMean ?? NaN, (global?.gradStd ?? NaN) ** 2, global?.updateMean ?? NaN],
          [expected.mean, expected.variance, expected.mean],
          { relative: 1e-5, absolute: 1e-4 },
        );
      }),
    );
  });
});

onEachBackend((engine) => {
  it('layerMoments has a row of gradient and update for each tensor', async () => {
    const { rows } = engine().scope(() => {
      const [a, b] = [tensorOf(engine(), [2], 1, 3), tensorOf(engine(), [2, 2], 5, 5, 5, 9)];
      const gradients = engine().tensorMoments([a, b]);
      const updates = engine().tensorMoments([tensorOf(engine(), [2], 8, 12), b]);
      const rows = layerMoments({ gradients, updates });
      return { rows, keep: [rows] };
    });
    expect(rows.shape).toEqual([2, 4]);
    expectClose(await engine().read(rows), [2, 1, 10, 4, 6, 3, 6, 3]);
    rows.dispose();
  });

  it('layerMoments of no tensors are empty', async () => {
    const { rows } = engine().scope(() => {
      const none = engine().tensorMoments([]);
      const rows = layerMoments({ gradients: none, updates: none });
      return { rows, keep: [rows] };
    });
    expect(await engine().read(rows)).toEqual(new Float32Array());
    rows.dispose();
  });
});

function population(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}
