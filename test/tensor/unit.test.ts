import { describe, expect, it } from 'vitest';

import type { Engine, Tensor, Unit } from '../../src/tensor/engine.js';
import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { tensorOf } from '../support/values.js';

/**
 * One channel and a kernel that leaves the image as it is. Two images of 1 × 2 pixels hold 1, 1 and 3, 3: mean 2,
 * biased variance 1, and with ε = 3 a deviation of 2, so that the norm gives 1 + 4 · (∓½) = −1, −1, 3, 3.
 */
function example(engine: Engine, others: { bias?: number; shortcut?: Tensor } = {}): Unit {
  const { bias, shortcut } = others;
  return {
    x: { values: tensorOf(engine, [2, 1, 2, 1], 1, 1, 3, 3) },
    weights: {
      kernel: tensorOf(engine, [3, 3, 1, 1], 0, 0, 0, 0, 1, 0, 0, 0, 0),
      scale: tensorOf(engine, [1], 4),
      offset: tensorOf(engine, [1], 1),
      bias: bias === undefined ? undefined : tensorOf(engine, [1], bias),
    },
    geometry: { stride: 1, padding: 1 },
    epsilon: 3,
    shortcut,
    shared: false,
  };
}

onEveryBackend((engine) => {
  const image = (...values: readonly number[]) => tensorOf(engine(), [2, 1, 2, 1], ...values);
  const read = async (tensor: Tensor | undefined) => (tensor ? engine().read(tensor) : []);
  const gradientsOf = (unit: Unit, needed = true, addend?: Tensor) =>
    engine().unitGradient(image(1, 2, 3, 4), unit, engine().unit(unit), { needed, addend });

  describe('unit', () => {
    it('is the positive part of what the norm makes of the convolution', async () => {
      const { output } = engine().unit(example(engine()));
      expectClose(await engine().read(engine().materialize(output)), [0, 0, 3, 3]);
    });

    it('reports the mean and the unbiased variance of the convolution with its bias', async () => {
      const { mean, variance } = engine().unit(example(engine(), { bias: 10 }));
      expectClose(await engine().read(mean), [12]);
      expectClose(await engine().read(variance), [4 / 3]);
    });

    it('adds the shortcut ahead of ReLU', async () => {
      const { output } = engine().unit(example(engine(), { shortcut: image(2, 0, -4, 1) }));
      expectClose(await engine().read(engine().materialize(output)), [1, 0, 0, 4]);
    });
  });

  describe('unitGradient', () => {
    it('goes back through ReLU, norm and convolution', async () => {
      const gradients = gradientsOf(example(engine()));
      // Open for the second image alone: 0, 0, 3, 4, their mean 1¾ and Σ · x̂ = 3½.
      expectClose(await read(gradients.offset), [7]);
      expectClose(await read(gradients.scale), [3.5]);
      // 4 / 2 · (dy − 1¾ − x̂ · 3½ / 4)
      expectClose(await read(gradients.x), [-2.625, -2.625, 1.625, 3.625]);
      // Left of a pixel lies 1 · −2⅝ + 3 · 3⅝, on it 1 · −5¼ + 3 · 5¼, right of it 1 · −2⅝ + 3 · 1⅝.
      expectClose(await read(gradients.kernel), [0, 0, 0, 8.25, 10.5, 2.25, 0, 0, 0]);
    });

    it('of the bias is exactly 0, for batch norm takes it out again', async () => {
      const gradients = gradientsOf(example(engine(), { bias: 10 }));
      expect(await read(gradients.bias)).toEqual(Float32Array.of(0));
      expectClose(await read(gradients.x), [-2.625, -2.625, 1.625, 3.625]);
    });

    it('of a bias that is not there is absent, and so is that of a shortcut', () => {
      const { bias, shortcut } = gradientsOf(example(engine()));
      expect([bias, shortcut]).toEqual([undefined, undefined]);
    });

    it('of the shortcut is what ReLU lets through', async () => {
      const gradients = gradientsOf(example(engine(), { shortcut: image(2, 0, -4, 1) }));
      expectClose(await read(gradients.shortcut), [1, 0, 0, 4]);
      expectClose(await read(gradients.offset), [5]);
    });

    it('of x is absent where it is not needed', () => {
      expect(gradientsOf(example(engine()), false).x).toBeUndefined();
    });

    it('of x has another one added to it on demand', async () => {
      const { x } = gradientsOf(example(engine()), true, image(100, 200, 300, 400));
      expectClose(await read(x), [97.375, 197.375, 301.625, 403.625]);
    });
  });

  describe('inferUnit', () => {
    const statistics = () => ({
      mean: tensorOf(engine(), [1], 3),
      // With ε a deviation of 4.
      variance: tensorOf(engine(), [1], 13),
    });

    it('normalizes with the statistics that it is given', async () => {
      const output = engine().inferUnit(example(engine(), { bias: 4 }), statistics());
      // 1 + 4 · (5 − 3) / 4 and 1 + 4 · (7 − 3) / 4
      expectClose(await engine().read(engine().materialize(output)), [3, 3, 5, 5]);
    });

    it('adds the shortcut ahead of ReLU', async () => {
      const unit = example(engine(), { shortcut: image(2, 0, -4, 1) });
      const output = engine().inferUnit(unit, statistics());
      // −1, −1, 1, 1 and the shortcut.
      expectClose(await engine().read(engine().materialize(output)), [1, 0, 0, 2]);
    });
  });

  it('changes none of its inputs', async () => {
    const unit = example(engine(), { bias: 10, shortcut: image(2, 0, -4, 1) });
    gradientsOf(unit);
    expectClose(await engine().read(unit.x.values), [1, 1, 3, 3]);
    expectClose(await read(unit.shortcut), [2, 0, -4, 1]);
    expectClose(await read(unit.weights.bias), [10]);
  });
});
