import { describe, expect, it, vi } from 'vitest';

import type { Tensor } from '../../../src/tensor/engine.js';
import { NativeTransformer } from '../../../src/tensor/tensorflow/native-transformer.js';
import { withKernels } from '../../support/backends.js';
import { expectCloseToLargest } from '../../support/close.js';
import {
  ATTENTION_SHAPES,
  attentionResults,
  composed,
  float32Source,
  layerNormResults,
  LINEAR_SHAPES,
  linearResults,
  named,
  NORM_SHAPES,
  SMALL,
} from '../../support/tokens.js';
import { randomTensor, upload } from '../../support/values.js';

withKernels((engine) => {
  const expectAgreement = async (
    actual: ReadonlyMap<string, Tensor>,
    expected: ReadonlyMap<string, Tensor>,
  ) => {
    expect([...actual.keys()]).toEqual([...expected.keys()]);
    for (const [name, tensor] of expected) {
      const found = actual.get(name);
      expect(found?.shape, name).toEqual(tensor.shape);
      const values = found ? await engine().read(found) : [];
      expectCloseToLargest(values, await engine().read(tensor), { relative: 1e-5, absolute: 2e-6 });
    }
  };
  const functions = () => composed(engine());
  const source = () => float32Source(engine());

  describe('a linear map agrees with the one composed of TensorFlow’s operations', () => {
    for (const after of [undefined, 'gelu', 'addend'] as const) {
      for (const needed of [true, false]) {
        const what = `${after ?? 'plain'}${needed ? '' : ', x without a gradient'}`;
        const shapes = needed ? LINEAR_SHAPES : LINEAR_SHAPES.slice(0, 7);
        it.each(named(shapes))(`${what}: %s`, async (_, shape) => {
          const whole = { ...shape, ...(after && { after }), needed };
          await expectAgreement(
            linearResults(engine(), source(), whole),
            linearResults(functions(), source(), whole),
          );
        });
      }
    }
  });

  describe('layer norm agrees with the one composed', () => {
    it.each(named(NORM_SHAPES.flatMap((shape) => [shape, { ...shape, pending: true }])))(
      '%s',
      async (_, shape) => {
        await expectAgreement(
          layerNormResults(engine(), source(), shape),
          layerNormResults(functions(), source(), shape),
        );
      },
    );
  });

  describe('attention agrees with the one composed', () => {
    it.each(named(ATTENTION_SHAPES))('%s', async (_, shape) => {
      await expectAgreement(
        attentionResults(engine(), source(), shape),
        attentionResults(functions(), source(), shape),
      );
    });
  });

  it('it is the kernels that compute channels in multiples of 16, and TensorFlow the others', () => {
    const calls = (compute: () => unknown) => {
      const spies = (['linear', 'linearGradient', 'layerNorm', 'layerNormGradient'] as const).map((name) =>
        vi.spyOn(NativeTransformer.prototype, name),
      );
      const more = (['attention', 'attentionGradient'] as const).map((name) =>
        vi.spyOn(NativeTransformer.prototype, name),
      );
      compute();
      const count = [...spies, ...more].reduce((sum, { mock }) => sum + mock.calls.length, 0);
      vi.restoreAllMocks();
      return count;
    };
    const { linear, norm, attention } = SMALL;
    expect(calls(() => linearResults(engine(), source(), linear))).toBe(2);
    expect(calls(() => linearResults(engine(), source(), { ...linear, inputs: 20 }))).toBe(0);
    expect(calls(() => linearResults(engine(), source(), { ...linear, outputs: 100 }))).toBe(0);
    expect(calls(() => layerNormResults(engine(), source(), norm))).toBe(2);
    expect(calls(() => layerNormResults(engine(), source(), { ...norm, channels: 24 }))).toBe(0);
    expect(calls(() => attentionResults(engine(), source(), attention))).toBe(2);
    // 48 channels, but 8 of a head.
    expect(calls(() => attentionResults(engine(), source(), { ...attention, heads: 6, depth: 8 }))).toBe(0);
  });

  it('a kernel of four axes is the matrix of its rows', async () => {
    const x = upload(engine(), randomTensor(1, [2, 3, 48]));
    const bias = upload(engine(), randomTensor(3, [16]));
    const dy = upload(engine(), randomTensor(4, [2, 3, 16]));
    const results = [
      [48, 16],
      [4, 4, 3, 16],
    ].map((shape) => {
      const linear = { x, weights: { kernel: upload(engine(), randomTensor(2, shape)), bias } };
      const result = engine().linear(linear);
      const { kernel } = engine().linearGradient(dy, linear, result, true);
      expect(kernel.shape).toEqual(shape);
      return [result.output, kernel];
    });
    const [flat, cut] = await Promise.all(
      results.map(async (tensors) => await Promise.all(tensors.map((each) => engine().read(each)))),
    );
    expect(cut).toEqual(flat);
  });
});
