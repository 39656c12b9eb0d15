import { describe, expect, it } from 'vitest';

import type { Tensor, Unit } from '../../../src/tensor/engine.js';
import { inBfloat16 } from '../../support/backends.js';
import { packed, rounded, valuesOf } from '../../support/bfloat16.js';
import { expectClose } from '../../support/close.js';
import { outputShape, randomUnit, type UnitShape } from '../../support/units.js';
import { alikeChannels, everyChannel, randomTensor, tensorOf, upload } from '../../support/values.js';

const SQUARE = { n: 2, h: 4, w: 4, inputs: 16, outputs: 16 };

inBfloat16((engine, float32) => {
  const random = (seed: number, shape: readonly number[]) => rounded(randomTensor(seed, shape));
  const pack = (seed: number, shape: readonly number[]) => packed(engine(), random(seed, shape));
  const wide = (seed: number, shape: readonly number[]) => upload(float32(), random(seed, shape));
  /** Images of 16 channels that are all alike. */
  const images = (shape: readonly number[], ...pixels: readonly number[]) =>
    packed(engine(), { shape: [...shape, 16], data: Float32Array.from(everyChannel(pixels)) });

  describe('materialize', () => {
    it('rounds relu(factor · value + term) to the nearest bfloat16, ties to even', async () => {
      // Next to 256 bfloat16 has only every second number, the tie 257 goes to 256 and 259 to 260.
      const values = images([1, 1, 4], 256, 258, 2, -3);
      const affine = tensorOf(engine(), [2, 16], ...everyChannel([1, 1]));
      const y = engine().materialize({ values, affine });
      expect([...(await valuesOf(y))]).toEqual(everyChannel([256, 260, 3, 0]));
    });

    it('takes the factor and the term of each channel', async () => {
      const affine = upload(engine(), randomTensor(2, [2, 48]));
      const y = engine().materialize({ values: pack(1, [2, 3, 5, 48]), affine });
      const exact = float32().materialize({ values: wide(1, [2, 3, 5, 48]), affine });
      expect(y.shape).toEqual([2, 3, 5, 24]);
      expectClose(await valuesOf(y), await valuesOf(exact), { relative: 2 ** -8 });
    });
  });

  describe('maxPool', () => {
    const shape = [3, 6, 10, 48];

    it('is exact, as it makes no new numbers', async () => {
      const y = engine().maxPool({ values: pack(1, shape) });
      expect(await valuesOf(y)).toEqual(await valuesOf(float32().maxPool({ values: wide(1, shape) })));
    });

    it('gives the gradient to the same elements as in float32, the first of a tie', async () => {
      const half = { values: pack(1, shape) };
      const single = { values: wide(1, shape) };
      const small = [3, 3, 5, 48];
      const dx = engine().maxPoolGradient(pack(2, small), half, engine().maxPool(half));
      const expected = float32().maxPoolGradient(wide(2, small), single, float32().maxPool(single));
      expect(await valuesOf(dx)).toEqual(await valuesOf(expected));
    });

    it('pools what is still to be normalized', async () => {
      // relu(1 − pixel): 3, 0, 2, 0.
      const affine = tensorOf(engine(), [2, 16], ...everyChannel([-1, 1]));
      const x = { values: images([1, 2, 2], -2, 5, -1, 3), affine };
      const y = engine().maxPool(x);
      expect([...(await valuesOf(y))]).toEqual(everyChannel([3]));
      const dx = engine().maxPoolGradient(images([1, 1, 1], 10), x, y);
      expect([...(await valuesOf(dx))]).toEqual(everyChannel([10, 0, 0, 0]));
    });
  });

  describe('subsample', () => {
    it('takes every second pixel and pads the channels on either side', async () => {
      const y = engine().subsample(pack(1, [3, 4, 6, 32]), 64);
      const expected = float32().subsample(wide(1, [3, 4, 6, 32]), 64);
      expect(await valuesOf(y)).toEqual(await valuesOf(expected));
    });

    it('returns the gradient to the pixels that were taken', async () => {
      const dx = engine().subsampleGradient(pack(2, [3, 2, 3, 64]), pack(1, [3, 4, 6, 32]));
      const expected = float32().subsampleGradient(wide(2, [3, 2, 3, 64]), wide(1, [3, 4, 6, 32]));
      expect(await valuesOf(dx)).toEqual(await valuesOf(expected));
    });
  });

  describe('globalAveragePool', () => {
    it('averages in float32, lazy features too', async () => {
      const affine = upload(engine(), randomTensor(2, [2, 32]));
      for (const lazily of [undefined, affine]) {
        const y = engine().globalAveragePool({ values: pack(1, [3, 4, 4, 32]), affine: lazily });
        const expected = float32().globalAveragePool({ values: wide(1, [3, 4, 4, 32]), affine: lazily });
        expect(await engine().read(y)).toEqual(await engine().read(expected));
      }
    });

    it('spreads the gradient evenly, rounded', async () => {
      const dy = upload(engine(), randomTensor(2, [3, 32]));
      const dx = engine().globalAveragePoolGradient(dy, { values: pack(1, [3, 3, 3, 32]) });
      const exact = float32().globalAveragePoolGradient(dy, { values: wide(1, [3, 3, 3, 32]) });
      const { data } = rounded({ shape: exact.shape, data: await engine().read(exact) });
      expect(await valuesOf(dx)).toEqual(data);
    });
  });

  describe('a number that is none is seen', () => {
    const visible = async (tensor: Tensor | undefined) =>
      tensor !== undefined && (await valuesOf(tensor)).some((value) => !Number.isFinite(value));
    const cases: readonly (UnitShape & { readonly name: string })[] = [
      { name: 'with stride 1', ...SQUARE },
      { name: 'with stride 2', ...SQUARE, stride: 2 },
      { name: 'of a single tile', ...SQUARE, h: 2, w: 2 },
      { name: 'of an odd image', ...SQUARE, h: 5, w: 3 },
    ];
    const unitWith = (shape: UnitShape, value: number): Unit => {
      const unit = randomUnit(float32(), shape);
      const x = randomTensor(1, unit.x.values.shape);
      x.data[5] = value;
      return { ...unit, x: { values: packed(engine(), x) } };
    };

    it.each(
      cases.flatMap((shape) => [NaN, Infinity, -Infinity].map((value) => ({ ...shape, shape, value }))),
    )('in the output of a unit $name: $value', async ({ shape, value }) => {
      const result = engine().unit(unitWith(shape, value));
      expect(await visible(engine().materialize(result.output))).toBe(true);
      expect(await visible(result.mean)).toBe(true);
      expect(await visible(result.variance)).toBe(true);
    });

    it.each(cases)('in the gradients of a unit $name', async (shape) => {
      const unit = unitWith(shape, 1);
      const dy = randomTensor(6, outputShape(shape));
      // In every channel of a pixel, for ReLU closes some of them.
      dy.data.fill(NaN, 16, 32);
      const result = engine().unit(unit);
      const gradients = engine().unitGradient(packed(engine(), dy), unit, result, { needed: true });
      for (const tensor of [gradients.x, gradients.kernel, gradients.scale, gradients.offset])
        expect(await visible(tensor)).toBe(true);
    });

    it.each([0, 1, 2, 3])('by maxPool, in place %i of the window', async (place) => {
      const pixels = [1, 2, 3, 4];
      pixels[place] = NaN;
      const y = engine().maxPool({ values: images([1, 2, 2], ...pixels) });
      expect([...(await valuesOf(y))]).toEqual(everyChannel([NaN]));
    });

    it('where rounding takes a number beyond the range', async () => {
      const affine = tensorOf(engine(), [2, 16], ...everyChannel([1, 3.4e38]));
      const y = engine().materialize({ values: images([1, 1, 1], 0.5e36), affine });
      expect([...(await valuesOf(y))]).toEqual(everyChannel([Infinity]));
    });
  });

  describe('what the kernels do not compute is refused', () => {
    const refusal = /^precision: "bfloat16" does not go with .*Use precision: float32\.$/;
    const units: readonly (readonly [string, UnitShape])[] = [
      ['8 channels', { ...SQUARE, inputs: 8 }],
      ['20 channels', { ...SQUARE, inputs: 20 }],
      ['8 channels that come out', { ...SQUARE, outputs: 8 }],
      ['a height that the stride does not divide', { ...SQUARE, h: 5, stride: 2 }],
    ];
    it.each(units)('a unit of %s', (_, shape) => {
      const plain = randomUnit(float32(), shape);
      const unit = { ...plain, x: { values: pack(1, plain.x.values.shape) } };
      const statistics = { mean: unit.weights.offset, variance: unit.weights.scale };
      expect(() => engine().unit(unit)).toThrow(refusal);
      expect(() => engine().inferUnit(unit, statistics)).toThrow(refusal);
    });

    it('a unit of float32 images that are not the network’s', () => {
      expect(() => engine().unit(randomUnit(float32(), SQUARE))).toThrow(/of float32 images \[2, 4, 4, 16\]/);
    });

    it('the gradient of the images themselves', () => {
      const shape = { ...SQUARE, inputs: 3 };
      const unit = randomUnit(float32(), shape);
      const result = engine().unit(unit);
      const gradient = () =>
        engine().unitGradient(pack(6, outputShape(shape)), unit, result, { needed: true });
      expect(gradient).toThrow(refusal);
    });

    it('gradients in float32 of features in bfloat16', () => {
      const plain = randomUnit(float32(), SQUARE);
      const unit = { ...plain, x: { values: pack(1, plain.x.values.shape) } };
      const result = engine().unit(unit);
      const dy = alikeChannels(engine(), [2, 4, 4], Array<number>(32).fill(1));
      expect(() => engine().unitGradient(dy, unit, result, { needed: true })).toThrow('GanBenchNormGradient');
    });

    it.each(['an odd height', 'channels that fill no vector'])('pooling of %s', (what) => {
      const values = what === 'an odd height' ? pack(1, [2, 5, 4, 16]) : pack(1, [2, 4, 4, 20]);
      const half = pack(1, [2, 2, 2, 16]);
      expect(() => engine().maxPool({ values })).toThrow(refusal);
      expect(() => engine().maxPoolGradient(half, { values }, half)).toThrow(refusal);
      expect(() => engine().subsample(values, 32)).toThrow(refusal);
      expect(() => engine().subsampleGradient(half, values)).toThrow(refusal);
    });

    it('averages of channels that fill no vector', () => {
      const x = { values: pack(1, [2, 4, 4, 20]) };
      const dy = upload(engine(), randomTensor(2, [2, 20]));
      expect(() => engine().globalAveragePool(x)).toThrow(refusal);
      expect(() => engine().globalAveragePoolGradient(dy, x)).toThrow(refusal);
    });
  });
});
