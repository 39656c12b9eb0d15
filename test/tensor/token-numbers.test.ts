import { describe, expect, it } from 'vitest';

import type { Tensor } from '../../src/tensor/engine.js';
import type { HostTensor } from '../../src/train/safetensors.js';
import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import {
  attentionResults,
  float32Source,
  layerNormResults,
  linearResults,
  SMALL,
  type Change,
} from '../support/tokens.js';
import { randomTensor, tensorOf, upload } from '../support/values.js';

const { linear, norm, attention } = SMALL;

/** One number of an input is another one. */
const breaking =
  (input: string, value: number, at = 37): Change =>
  (name, { data, shape }) => ({
    shape,
    data: data.map((old, index) => (name === input && index === at ? value : old)),
  });

onEveryBackend((engine) => {
  const read = async (tensor: Tensor | undefined) => (tensor ? engine().read(tensor) : Float32Array.of());
  const finite = async (results: ReadonlyMap<string, Tensor>) => {
    const names: string[] = [];
    for (const [name, tensor] of results) if ((await read(tensor)).every(Number.isFinite)) names.push(name);
    return names;
  };
  const source = () => float32Source(engine());

  describe('a number that is none is seen, and where it does not belong it is not', () => {
    // A bias alone reaches no gradient of a linear map, and dy reaches no output.
    it.each([NaN, Infinity, -Infinity])('in what a linear map gives: %d', async (value) => {
      const results = (input: string, after?: 'gelu' | 'addend') =>
        finite(
          linearResults(
            engine(),
            source(),
            { ...linear, ...(after && { after }) },
            breaking(input, value, 7),
          ),
        );
      const unbroken = ['gradient of x', 'gradient of the bias'];
      for (const after of [undefined, 'addend'] as const) {
        expect(await results('x', after)).toEqual(unbroken);
        expect(await results('kernel', after)).toEqual(['gradient of the kernel', 'gradient of the bias']);
        expect(await results('bias', after)).toEqual([
          ...unbroken.slice(0, 1),
          'gradient of the kernel',
          'gradient of the bias',
        ]);
        expect(await results('dy', after)).toEqual(['output']);
      }
    });

    it('in what a linear map with GELU gives, its gradients too', async () => {
      const results = (input: string) =>
        finite(linearResults(engine(), source(), { ...linear, after: 'gelu' }, breaking(input, NaN, 7)));
      for (const input of ['x', 'kernel', 'bias']) expect(await results(input)).toEqual([]);
      expect(await results('dy')).toEqual(['output']);
    });

    it.each([NaN, Infinity, -Infinity])('in what layer norm gives: %d', async (value) => {
      const results = (input: string) =>
        finite(layerNormResults(engine(), source(), { ...norm, pending: true }, breaking(input, value, 7)));
      expect(await results('x')).toEqual(['gradient of the offset']);
      expect(await results('dy')).toEqual(['output']);
      const gradients = ['gradient of the scale', 'gradient of the offset'];
      expect(await results('scale')).toEqual(gradients);
      expect(await results('addend')).toEqual(['output', ...gradients]);
    });

    // Where in qkv: a query, a key, a value of the first head.
    it.each([7, 32 + 7, 64 + 7])('in what attention gives: NaN in place %i', async (at) => {
      const broken = attentionResults(engine(), source(), attention, breaking('qkv', NaN, at));
      expect(await finite(broken)).toEqual([]);
      const output = await read(broken.get('output'));
      // Only in the first head of the first image.
      const [head, other] = [output.subarray(0, 16), output.subarray(16, 32)];
      expect([head, other].map((values) => values.every(Number.isFinite))).toEqual([false, true]);
      expect(output.subarray(160).every(Number.isFinite)).toBe(true);
    });

    it('in the gradient of attention: NaN in that of its output', async () => {
      const broken = attentionResults(engine(), source(), attention, breaking('dy', NaN));
      expect(await finite(broken)).toEqual(['output']);
    });
  });

  it.each([1, -1])('attention takes scores that are %i times ten thousand', async (sign) => {
    // The first query is large; keys 1, 2, 3 in the first channel of 16: scores of 1e4, 2e4 and 3e4.
    const row = (query: number, key: number, value: number) => [query, key, value].flatMap(first);
    const qkv = tensorOf(engine(), [1, 3, 48], ...row(sign * 4e4, 1, 10), ...row(0, 2, 20), ...row(0, 3, 60));
    const result = engine().attention(qkv, 1);
    expectClose(await read(result.output), [sign > 0 ? 60 : 10, 30, 30].flatMap(first), { relative: 1e-5 });
    const dy = upload(engine(), randomTensor(1, [1, 3, 16]));
    const gradient = await read(engine().attentionGradient(dy, qkv, result, 1));
    expect(gradient.every(Number.isFinite)).toBe(true);
  });

  it('attention of random scores of a thousand and more stays finite', async () => {
    const large: Change = (name, { data, shape }) => ({
      shape,
      data: name === 'qkv' ? data.map((value) => 100 * value) : data,
    });
    const results = attentionResults(engine(), source(), attention, large);
    expect(await finite(results)).toEqual(['output', 'gradient of qkv']);
  });

  it('layer norm of rows of one number has finite gradients', async () => {
    const flat: Change = (name, { data, shape }) => ({ shape, data: name === 'x' ? data.fill(3) : data });
    const results = layerNormResults(engine(), source(), norm, flat);
    expect(await finite(results)).toHaveLength(4);
  });

  it.each([1e3, 1e4])('layer norm keeps the digits of what varies beside %d', async (mean) => {
    const rows = (offset: number): HostTensor => ({
      shape: [1, 16],
      data: Float32Array.from({ length: 16 }, (_, index) => offset + index / 8),
    });
    const weights = { scale: tensorOf(engine(), [16], ...ones), offset: tensorOf(engine(), [16], ...zeros) };
    const [moved, plain] = [mean, 0].map((offset) =>
      engine().layerNorm({ x: upload(engine(), rows(offset)), ...weights, epsilon: 1e-6, exact: false }),
    );
    expectClose(await read(moved?.output), await read(plain?.output), { absolute: 1e-6 * mean });
  });
});

const ones = Array<number>(16).fill(1);
const zeros = Array<number>(16).fill(0);
/** A vector of 16 with the number in its first place. */
const first = (value: number) => [value, ...zeros.slice(1)];
