import { describe, expect, it } from 'vitest';

import type { LayerNorm, Linear, LinearWeights, Saving, Tensor } from '../../../src/tensor/engine.js';
import { withKernels } from '../../support/backends.js';
import { checksumOfTokens } from '../../support/tokens.js';
import { randomTensor, upload } from '../../support/values.js';

withKernels((engine) => {
  it('the same bytes come again and again', async () => {
    const first = await checksumOfTokens(engine());
    expect(await checksumOfTokens(engine())).toBe(first);
    expect(await checksumOfTokens(engine())).toBe(first);
  });

  describe('no tensor is left over', () => {
    const x = () => upload(engine(), randomTensor(1, [2, 5, 32]));
    const vector = () => upload(engine(), randomTensor(2, [32]));
    const disposed = (inputs: readonly Tensor[], run: () => readonly (Tensor | undefined)[]) => {
      const before = engine().liveTensors();
      for (const tensor of run()) tensor?.dispose();
      expect(engine().liveTensors()).toBe(before);
      for (const tensor of inputs) tensor.dispose();
    };
    const all = ({ output, saved }: Saving) => [output, ...saved];

    it.each([undefined, 'gelu', 'addend'] as const)('of a linear map (%s)', (after) => {
      const [input, addend, dy, bias] = [x(), x(), x(), vector()];
      const kernel = upload(engine(), randomTensor(3, [32, 32]));
      const map = { x: input, weights: { kernel, bias }, after: after === 'addend' ? { addend } : after };
      for (const needed of [true, false]) {
        disposed([], () => {
          const result = engine().linear(map);
          const gradients = engine().linearGradient(dy, map, result, needed);
          return [...all(result), gradients.x, gradients.kernel, gradients.bias];
        });
      }
    });

    it('of layer norm', () => {
      const given = { x: x(), scale: vector(), offset: vector(), epsilon: 1e-6, exact: false };
      const [dy, addend] = [x(), x()];
      disposed([given.x, dy, addend], () => {
        const result = engine().layerNorm(given);
        const gradients = engine().layerNormGradient(dy, given, result, addend);
        return [...all(result), gradients.x, gradients.scale, gradients.offset];
      });
    });

    it('of attention', () => {
      const qkv = upload(engine(), randomTensor(1, [2, 5, 96]));
      const dy = x();
      disposed([qkv, dy], () => {
        const result = engine().attention(qkv, 2);
        return [...all(result), engine().attentionGradient(dy, qkv, result, 2)];
      });
    });
  });

  describe('tensors that do not fit are an error, not a crash', () => {
    const zeros = (...shape: readonly number[]) =>
      upload(engine(), {
        shape,
        data: new Float32Array(shape.reduce((product, length) => product * length, 1)),
      });
    const map = (changes: Partial<LinearWeights> = {}, after?: Linear['after']): Linear => ({
      x: zeros(3, 16),
      weights: { kernel: zeros(16, 32), bias: zeros(32), ...changes },
      after,
    });
    const given = (changes: Partial<LayerNorm> = {}): LayerNorm => ({
      ...{ x: zeros(3, 16), scale: zeros(16), offset: zeros(16), epsilon: 1e-6, exact: false },
      ...changes,
    });

    it('linear', () => {
      expect(() => engine().linear({ ...map(), x: zeros(3, 32) })).toThrow();
      expect(() => engine().linear(map({ kernel: zeros(32, 32) }))).toThrow();
      expect(() => engine().linear(map({}, { addend: zeros(2, 32) }))).toThrow('wrong shape of addend');
    });

    it('linearGradient', () => {
      const gradient = (dy: Tensor, saved: readonly Tensor[]) => () =>
        engine().linearGradient(dy, map({}, 'gelu'), { output: zeros(3, 32), saved }, true);
      expect(gradient(zeros(2, 32), [zeros(3, 32)])).toThrow('wrong shape of dy');
      expect(gradient(zeros(3, 32), [zeros(2, 32)])).toThrow('wrong shape of before');
    });

    it('layerNorm', () => {
      expect(() => engine().layerNorm(given({ scale: zeros(32) }))).toThrow('wrong shape of scale');
      expect(() => engine().layerNorm(given({ offset: zeros(32) }))).toThrow('wrong shape of offset');
    });

    it('layerNormGradient', () => {
      const gradient = (dy: Tensor, statistics: Tensor, addend?: Tensor) => () =>
        engine().layerNormGradient(dy, given(), { output: zeros(3, 16), saved: [statistics] }, addend);
      expect(gradient(zeros(2, 16), zeros(3, 2))).toThrow('wrong shape of dy');
      expect(gradient(zeros(3, 16), zeros(2, 2))).toThrow('wrong shape of statistics');
      expect(gradient(zeros(3, 16), zeros(3, 2), zeros(2, 16))).toThrow('wrong shape of addend');
    });

    it('attention and its gradient', () => {
      const gradient = (dy: Tensor, sums: Tensor) => () =>
        engine().attentionGradient(dy, zeros(2, 3, 96), { output: dy, saved: [sums] }, 2);
      expect(() => engine().attention(zeros(3, 96), 2)).toThrow('too few axes');
      expect(gradient(zeros(2, 3, 16), zeros(2, 2, 3))).toThrow('wrong shape of dy');
      expect(gradient(zeros(2, 3, 32), zeros(2, 3, 3))).toThrow('wrong shape of sums');
    });
  });
});
