import { describe, expect, it } from 'vitest';

import { Operations } from '../../src/tensor/operations.js';
import type { Features } from '../../src/tensor/operations.js';
import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { tensorOf } from '../support/values.js';

const EPSILON = 1e-6;

const range = (length: number, first = 0) => Array.from({ length }, (_, index) => first + index);
/** A matrix that leaves rows as they are. */
const identity = (size: number) => range(size * size).map((at) => (at % (size + 1) === 0 ? 1 : 0));
/** The numbers, and zeros after them. */
const padded = (length: number, ...values: readonly number[]) =>
  range(length).map((index) => values[index] ?? 0);

onEveryBackend((engine) => {
  const operations = () => new Operations(engine());
  const tensor = (shape: readonly number[], values: readonly number[]) =>
    tensorOf(engine(), shape, ...values);
  const features = (shape: readonly number[], values: readonly number[]) =>
    operations().features(tensor(shape, values));
  const read = async (x: Features) => [...(await engine().read(operations().materialize(x)))];

  describe('patches', () => {
    it('of 2 × 2 pixels come row by row, and their pixels too', async () => {
      const y = operations().patches(features([1, 4, 4, 1], range(16)), 2);
      expect(y.shape).toEqual([1, 4, 4]);
      expect(await read(y)).toEqual([
        ...[0, 1, 4, 5],
        ...[2, 3, 6, 7],
        ...[8, 9, 12, 13],
        ...[10, 11, 14, 15],
      ]);
    });

    it('keep the channels of a pixel together, and images apart', async () => {
      const y = operations().patches(features([2, 2, 2, 2], range(16)), 2);
      expect(y.shape).toEqual([2, 1, 8]);
      expect(await read(y)).toEqual(range(16));
    });

    it('of wide images', async () => {
      const y = operations().patches(features([1, 2, 6, 1], range(12)), 2);
      expect(await read(y)).toEqual([0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11]);
    });
  });

  describe('embed', () => {
    const x = () => features([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);

    it('puts the class token before those of each image and adds the positions', async () => {
      const token = tensor([2], [10, 20]);
      const y = operations().embed(x(), { token, position: tensor([3, 2], range(6, 100)) });
      expect(y.shape).toEqual([2, 3, 2]);
      expect(await read(y)).toEqual([110, 121, 103, 105, 107, 109, 110, 121, 107, 109, 111, 113]);
    });

    it('adds positions alone where there is no class token', async () => {
      const y = operations().embed(x(), { position: tensor([2, 2], [10, 20, 30, 40]) });
      expect(await read(y)).toEqual([11, 22, 33, 44, 15, 26, 37, 48]);
    });
  });

  describe('linear', () => {
    const kernel = () => tensor([2, 3], [1, 2, 3, 4, 5, 6]);
    const bias = () => tensor([3], [10, 20, 30]);

    it('is x · kernel + bias for every token', async () => {
      const y = operations().linear(features([1, 2, 2], [1, 1, 2, -1]), { kernel: kernel(), bias: bias() });
      expect(y.shape).toEqual([1, 2, 3]);
      expect(await read(y)).toEqual([15, 27, 39, 8, 19, 30]);
    });

    it('adds what it is given', async () => {
      const addend = features([1, 1, 3], [100, 200, 300]);
      const weights = { kernel: kernel(), bias: bias() };
      const y = operations().linear(features([1, 1, 2], [1, 1]), weights, { addend });
      expect(await read(y)).toEqual([115, 227, 339]);
    });

    it('refuses rows of another length', () => {
      const weights = { kernel: kernel(), bias: bias() };
      expect(() => operations().linear(features([1, 3], [1, 2, 3]), weights)).toThrow(
        'a linear layer of 2 inputs is given [1, 3]',
      );
    });

    it.each([1, 16])('GELU is x · Φ(x), in %i channels', async (channels) => {
      // Φ(1) = 0.841344746, Φ(2) = 0.977249868, Φ(0.5) = 0.691462461, Φ(3) = 0.998650102.
      const values = [
        ...[0, 0, 1, 0.841344746, -1, -0.158655254, 2, 1.954499736, -2, -0.045500264],
        ...[0.5, 0.345731231, -0.5, -0.154268769, 3, 2.995950306, -3, -0.004049694],
        ...[6, 6, -6, 0, 100, 100, -100, 0, 1e4, 1e4, -1e4, 0],
      ];
      const [given, expected] = [0, 1].map((odd) => values.filter((_, index) => index % 2 === odd));
      const spread = (given ?? []).flatMap((value) => Array<number>(channels).fill(value));
      const weights = {
        kernel: tensor([channels, channels], identity(channels)),
        bias: tensor([channels], padded(channels)),
      };
      const x = features([spread.length / channels, channels], spread);
      const y = await read(operations().linear(x, weights, 'gelu'));
      const all = (expected ?? []).flatMap((value) => Array<number>(channels).fill(value));
      expectClose(y, all, { absolute: 1e-6, relative: 1e-6 });
    });
  });

  describe('layerNorm', () => {
    it.each([1, 4])('of 1, 2, 3, 4 again and again, %i times', async (times) => {
      const repeat = (...values: readonly number[]) => range(times).flatMap(() => values);
      const weights = {
        scale: tensor([4 * times], repeat(1, 2, 1, 2)),
        offset: tensor([4 * times], repeat(0, 0, 1, 1)),
      };
      // The second row is the first, stretched and moved: mean 2.5, variance 1.25; 17, and 31.25.
      const rows = [...repeat(1, 2, 3, 4), ...repeat(9.5, 14.5, 19.5, 24.5)];
      const y = operations().layerNorm(features([2, 4 * times], rows), weights, { epsilon: EPSILON });
      const std = Math.sqrt(1.25);
      const row = repeat(-1.5 / std, (2 * -0.5) / std, 0.5 / std + 1, (2 * 1.5) / std + 1);
      expectClose(await read(y), [...row, ...row], { relative: 2e-6 });
    });

    it.each([4, 16])('of %i zeros is the offset', async (channels) => {
      const offset = range(channels, 5);
      const weights = { scale: tensor([channels], range(channels)), offset: tensor([channels], offset) };
      const y = operations().layerNorm(features([1, channels], padded(channels)), weights, {
        epsilon: EPSILON,
      });
      expect(await read(y)).toEqual(offset);
    });
  });

  describe('attention', () => {
    it.each([2, 16])('of two tokens and one head of %i channels', async (depth) => {
      // Scores ln 3 and 0 after the division by √depth: three quarters of the first value and one of the second.
      const first = [[Math.log(3) * Math.sqrt(depth)], [1], [4, 8]];
      // A query of zeros: half of each.
      const second = [[0], [0, 1], [0, -8]];
      const qkv = [...first, ...second].flatMap((values) => padded(depth, ...values));
      const y = operations().attention(features([1, 2, 3 * depth], qkv), 1);
      expect(y.shape).toEqual([1, 2, depth]);
      expectClose(await read(y), [...padded(depth, 3, 4), ...padded(depth, 2, 0)], { relative: 2e-6 });
    });

    it.each([1, 16])('each of two heads of %i channels has scores of its own', async (depth) => {
      const scaled = Math.log(3) * Math.sqrt(depth);
      // Queries of both heads, their keys, their values.
      const first = [[scaled], [0], [1], [0], [4], [4]];
      const second = [[0], [scaled], [0], [1], [8], [8]];
      const qkv = [...first, ...second].flatMap((values) => padded(depth, ...values));
      const y = operations().attention(features([1, 2, 6 * depth], qkv), 2);
      // Scores of the first token: ln 3 and 0; 0 and 0. Of the second: 0 and 0; 0 and ln 3.
      const expected = [[5], [6], [6], [7]].flatMap((values) => padded(depth, ...values));
      expectClose(await read(y), expected, { relative: 2e-6 });
    });

    it.each([2, 16])('of a single token is its value, of %i channels', async (depth) => {
      const y = operations().attention(features([1, 1, 3 * depth], range(3 * depth)), 1);
      expectClose(await read(y), range(depth, 2 * depth));
    });

    it('refuses heads that the channels cannot be shared among', () => {
      expect(() => operations().attention(features([1, 1, 12], range(12)), 3)).toThrow(
        '3 heads cannot share 4 channels evenly',
      );
    });
  });

  it('firstToken and meanToken leave one token of each image', async () => {
    const x = () => features([2, 3, 2], [1, 2, 3, 4, 8, 9, 10, 20, 30, 40, 50, 60]);
    const [first, mean] = [operations().firstToken(x()), operations().meanToken(x())];
    expect([first.shape, mean.shape]).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(await read(first)).toEqual([1, 2, 10, 20]);
    expectClose(await read(mean), [4, 5, 30, 40]);
  });
});
