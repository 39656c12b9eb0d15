import { describe, expect, it } from 'vitest';

import { onEveryBackend } from '../support/backends.js';
import { expectClose, expectCloseToLargest } from '../support/close.js';
import { partsOf } from '../support/parts.js';
import { randomTensor, tensorOf, upload } from '../support/values.js';

onEveryBackend((engine) => {
  // First channel 1, 1, 3, 3: mean 2, biased variance 1, and with ε = 3 a deviation of 2. The second is constant.
  const epsilon = 3;
  const x = () => tensorOf(engine(), [2, 1, 2, 2], 1, 5, 1, 5, 3, 5, 3, 5);
  const scale = () => tensorOf(engine(), [2], 4, 6);
  const offset = () => tensorOf(engine(), [2], 1, -1);

  describe('batchNorm', () => {
    it('normalizes each channel with the biased variance', async () => {
      const { output } = partsOf(engine()).batchNorm(x(), scale(), offset(), epsilon);
      expect(output.shape).toEqual([2, 1, 2, 2]);
      // 1 + 4 · (±1 / 2)
      expectClose(await engine().read(output), [-1, -1, -1, -1, 3, -1, 3, -1]);
    });

    it('reports the mean and the unbiased variance', async () => {
      const { mean, variance } = partsOf(engine()).batchNorm(x(), scale(), offset(), epsilon);
      expectClose(await engine().read(mean), [2, 5]);
      // Σ (x − 2)² / (4 − 1)
      expectClose(await engine().read(variance), [4 / 3, 0]);
    });

    it('keeps the digits of the variance beside a large mean', async () => {
      const { data, shape } = randomTensor(3, [8, 4, 4, 1]);
      const values = data.map((value) => 1000 + value);
      const { mean, variance } = population(values);
      const result = partsOf(engine()).batchNorm(
        upload(engine(), { shape, data: values }),
        tensorOf(engine(), [1], 1),
        tensorOf(engine(), [1], 0),
        1e-5,
      );
      expectClose(await engine().read(result.variance), [(variance * 128) / 127], { relative: 1e-5 });
      const expected = Array.from(values, (value) => (value - mean) / Math.sqrt(variance + 1e-5));
      expectCloseToLargest(await engine().read(result.output), expected, { relative: 1e-4 });
    });
  });

  it('batchNorm reports a mean that outlives what it saved', async () => {
    const { mean, saved } = partsOf(engine()).batchNorm(x(), scale(), offset(), epsilon);
    for (const tensor of saved) tensor.dispose();
    expectClose(await engine().read(mean), [2, 5]);
  });

  it('batchNormGradient goes through the mean and the variance', async () => {
    const dy = tensorOf(engine(), [2, 1, 2, 2], 1, 1, 2, 0, 3, 0, 4, 0);
    const { saved } = partsOf(engine()).batchNorm(x(), scale(), offset(), epsilon);
    const gradient = partsOf(engine()).batchNormGradient(dy, x(), scale(), saved, epsilon);
    expectClose(await engine().read(gradient.offset), [10, 1]);
    // x̂ = −½, −½, ½, ½, so Σ dy · x̂ = −½ − 1 + 1½ + 2.
    expectClose(await engine().read(gradient.scale), [2, 0]);
    // 4 / 2 · (dy − 2½ − x̂ · ½); for the constant channel 6 / √3 · (dy − ¼).
    const factor = 6 / Math.sqrt(3);
    const constant = [0.75, -0.25, -0.25, -0.25].map((centred) => factor * centred);
    expectClose(
      await engine().read(gradient.x),
      [-2.5, -0.5, 0.5, 2.5].flatMap((first, row) => [first, constant[row] ?? NaN]),
    );
  });

  it('normalize uses the statistics that it is given', async () => {
    const mean = tensorOf(engine(), [2], 3, 5);
    const variance = tensorOf(engine(), [2], 1, 13);
    const y = partsOf(engine()).normalize(x(), { scale: scale(), offset: offset(), mean, variance }, epsilon);
    // 1 + 4 · (x − 3) / 2 and −1 + 6 · (5 − 5) / 4
    expectClose(await engine().read(y), [-3, -1, -3, -1, 1, -1, 1, -1]);
  });
});

function population(values: Float32Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}
