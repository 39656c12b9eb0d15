import { describe, expect, it } from 'vitest';

import type { Tensor } from '../../../src/tensor/engine.js';
import { inBfloat16 } from '../../support/backends.js';
import { packed, rounded, valuesOf } from '../../support/bfloat16.js';
import { relativeDistance } from '../../support/close.js';
import {
  ATTENTION_SHAPES,
  attentionResults,
  layerNormResults,
  LINEAR_SHAPES,
  linearResults,
  named,
  NORM_SHAPES,
  SMALL,
  type TokenSource,
} from '../../support/tokens.js';
import { randomTensor, upload } from '../../support/values.js';

/**
 * Of the norm of the difference. Both engines are given the same numbers, as bfloat16 has them; what is written is
 * rounded once, by 0.2 % of a value at most, and before GELU and in its gradient once more.
 */
const TOLERANCE = 5e-3;

inBfloat16((engine, float32) => {
  const half = (): TokenSource => ({
    packed: (values) => packed(engine(), values),
    plain: (values) => upload(engine(), rounded(values)),
  });
  const single = (): TokenSource => {
    const given: TokenSource['plain'] = (values) => upload(float32(), rounded(values));
    return { packed: given, plain: given };
  };
  const expectTwins = async (
    actual: ReadonlyMap<string, Tensor>,
    expected: ReadonlyMap<string, Tensor>,
    tolerance = TOLERANCE,
  ) => {
    expect([...actual.keys()]).toEqual([...expected.keys()]);
    for (const [name, tensor] of expected) {
      const found = actual.get(name);
      const values = found ? await valuesOf(found) : [];
      expect(relativeDistance(values, await valuesOf(tensor)), name).toBeLessThan(tolerance);
    }
  };
  const typesOf = (results: ReadonlyMap<string, Tensor>) =>
    Object.fromEntries([...results].map(([name, { dtype }]) => [name, dtype]));

  describe('agrees with float32 up to rounding', () => {
    for (const after of [undefined, 'gelu', 'addend'] as const) {
      it.each(named(LINEAR_SHAPES))(`a linear map (${after ?? 'plain'}): %s`, async (_, shape) => {
        const whole = { ...shape, ...(after && { after }) };
        const actual = linearResults(engine(), half(), whole);
        await expectTwins(actual, linearResults(float32(), single(), whole));
      });
    }

    it.each(named(NORM_SHAPES.flatMap((shape) => [shape, { ...shape, pending: true }])))(
      'layer norm: %s',
      async (_, shape) => {
        const actual = layerNormResults(engine(), half(), shape);
        await expectTwins(actual, layerNormResults(float32(), single(), shape));
      },
    );

    it.each(named(ATTENTION_SHAPES))('attention: %s', async (_, shape) => {
      const actual = attentionResults(engine(), half(), shape);
      await expectTwins(actual, attentionResults(float32(), single(), shape));
    });
  });

  describe('what is float32 all along is as in float32', () => {
    const alike = async (actual: ReadonlyMap<string, Tensor>, expected: ReadonlyMap<string, Tensor>) => {
      for (const [name, tensor] of expected) {
        const found = actual.get(name);
        expect(found ? await engine().read(found) : undefined, name).toEqual(await engine().read(tensor));
      }
    };

    it.each([32, 24])('layer norm of %i channels for a head', async (channels) => {
      const shape = { rows: [5], channels, exact: true };
      await alike(layerNormResults(engine(), half(), shape), layerNormResults(float32(), single(), shape));
    });

    it.each([32, 100])('a linear map of images or of a head, to %i', async (outputs) => {
      const shape = { rows: [5], inputs: 48, outputs };
      await alike(linearResults(engine(), single(), shape), linearResults(float32(), single(), shape));
    });
  });

  it('packs what is multiplied and leaves sums, statistics and gradients of weights in float32', () => {
    const { linear, norm, attention } = SMALL;
    const weights = { 'gradient of the kernel': 'float32', 'gradient of the bias': 'float32' };
    expect(typesOf(linearResults(engine(), half(), { ...linear, after: 'gelu' }))).toEqual({
      ...{ output: 'int32', 'gradient of x': 'int32' },
      ...weights,
    });
    expect(typesOf(linearResults(engine(), half(), { ...linear, after: 'addend' }))).toEqual({
      ...{ output: 'float32', 'gradient of x': 'int32' },
      ...weights,
    });
    expect(typesOf(layerNormResults(engine(), half(), norm))).toEqual({
      ...{ output: 'int32', 'gradient of x': 'float32' },
      ...{ 'gradient of the scale': 'float32', 'gradient of the offset': 'float32' },
    });
    expect(typesOf(attentionResults(engine(), half(), attention))).toEqual({
      output: 'int32',
      'gradient of qkv': 'int32',
    });
  });

  it.each([NaN, Infinity])('%d is seen', async (value) => {
    const broken =
      (name: string) => (input: string, values: { shape: readonly number[]; data: Float32Array }) => {
        if (input === name) values.data[7] = value;
        return values;
      };
    const outputs = [
      linearResults(engine(), half(), { ...SMALL.linear, after: 'gelu' }, broken('x')),
      layerNormResults(engine(), half(), SMALL.norm, broken('x')),
      attentionResults(engine(), half(), SMALL.attention, broken('qkv')),
    ];
    for (const results of outputs) {
      const output = results.get('output');
      expect(output && (await valuesOf(output)).every(Number.isFinite)).toBe(false);
    }
  });

  describe('what the kernels do not compute is refused', () => {
    const refusal =
      /^precision: "bfloat16" does not go with .*channels in multiples of 16.*Use precision: float32\.$/;
    const expectRefusal = (compute: () => unknown) => {
      expect(compute).toThrow(refusal);
      expect(compute).toThrow(expect.objectContaining({ code: 'engine' }));
    };

    it.each([
      { inputs: 24, outputs: 16 },
      { inputs: 16, outputs: 24 },
    ])('a linear map of %o', (sizes) => {
      expectRefusal(() => linearResults(engine(), half(), { rows: [3], ...sizes }));
    });

    it('layer norm of 24 channels', () => {
      expectRefusal(() => layerNormResults(engine(), half(), { rows: [3], channels: 24 }));
    });

    it('attention of two heads of 24 channels', () => {
      expectRefusal(() => attentionResults(engine(), half(), { ...SMALL.attention, depth: 24 }));
    });

    it('their gradients', () => {
      const [x, dy] = [
        packed(engine(), randomTensor(1, [3, 24])),
        packed(engine(), randomTensor(2, [3, 16])),
      ];
      const weights = {
        kernel: upload(engine(), randomTensor(3, [24, 16])),
        bias: upload(engine(), randomTensor(4, [16])),
      };
      const saving = { output: dy, saved: [] };
      expectRefusal(() => engine().linearGradient(dy, { x, weights }, saving, true));
      const qkv = packed(engine(), randomTensor(1, [2, 3, 72]));
      expectRefusal(() => engine().attentionGradient(x, qkv, saving, 1));
    });
  });
});
