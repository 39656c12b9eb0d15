import { describe, expect, it } from 'vitest';

import type { Engine, FeatureTensors, Tensor, Unit, UnitResult } from '../../../src/tensor/engine.js';
import { withKernels } from '../../support/backends.js';
import { outputShape, randomUnit } from '../../support/units.js';

const SHAPE = { n: 2, h: 4, w: 4, inputs: 16, outputs: 32, shortcut: true };

withKernels((engine) => {
  const zeros = (...shape: readonly number[]) =>
    engine().tensor(new Float32Array(shape.reduce((product, length) => product * length, 1)), shape);
  const unit = () => randomUnit(engine(), SHAPE);
  const weighted = (weights: Partial<Unit['weights']>): Unit => {
    const whole = unit();
    return { ...whole, weights: { ...whole.weights, ...weights } };
  };
  const reading = (x: FeatureTensors): Unit => ({ ...unit(), x });

  describe('tensors that do not fit are an error, not a crash', () => {
    const forward: readonly (readonly [string, () => Unit])[] = [
      ['a kernel for other images', () => weighted({ kernel: zeros(3, 3, 32, 32) })],
      ['a short scale', () => weighted({ scale: zeros(16) })],
      ['a short offset', () => weighted({ offset: zeros(16) })],
      ['a short bias', () => weighted({ bias: zeros(16) })],
      ['a shortcut of other images', () => ({ ...unit(), shortcut: zeros(1, 4, 4, 32) })],
      ['a shortcut of fewer channels', () => ({ ...unit(), shortcut: zeros(2, 4, 4, 16) })],
      ['a short affine', () => reading({ values: zeros(2, 4, 4, 16), affine: zeros(2, 8) })],
      ['an affine of one row', () => reading({ values: zeros(2, 4, 4, 16), affine: zeros(1, 16) })],
      ['images without columns', () => reading({ values: zeros(2, 4, 0, 16) })],
      ['images without rows', () => reading({ values: zeros(2, 0, 4, 16) })],
      ['no images', () => reading({ values: zeros(0, 4, 4, 16) })],
    ];
    it.each(forward)('unit: %s', (_, make) => {
      const wrong = make();
      expect(() => engine().unit(wrong)).toThrow();
    });

    type Change = (parts: { dy: Tensor; result: UnitResult }) => { dy?: Tensor; result?: UnitResult };
    const backward: readonly (readonly [string, Change])[] = [
      ['a gradient of other images', () => ({ dy: zeros(1, 4, 4, 32) })],
      ['a gradient of fewer channels', () => ({ dy: zeros(2, 4, 4, 16) })],
      ['a gradient of smaller images', () => ({ dy: zeros(2, 2, 4, 32) })],
      ['short moments', ({ result }) => ({ result: resaved(result, 0, zeros(2, 16)) })],
      ['a convolution of other images', ({ result }) => ({ result: resaved(result, 1, zeros(1, 4, 4, 32)) })],
      [
        'an output of other images',
        ({ result }) => ({ result: { ...result, output: { values: zeros(1, 4, 4, 32) } } }),
      ],
    ];
    it.each(backward)('unitGradient: %s', (_, change) => {
      const { whole, result } = passed(engine(), unit());
      const parts = { dy: zeros(...outputShape(SHAPE)), result };
      const { dy, result: changed } = { ...parts, ...change(parts) };
      expect(() => engine().unitGradient(dy, whole, changed, { needed: true })).toThrow();
    });

    it('unitGradient: scale, offset and moments of fewer channels than the images have', () => {
      const { whole, result } = passed(engine(), unit());
      const weights = { ...whole.weights, scale: zeros(16), offset: zeros(16) };
      const short = resaved(result, 0, zeros(2, 16));
      const gradient = () =>
        engine().unitGradient(zeros(...outputShape(SHAPE)), { ...whole, weights }, short, { needed: true });
      expect(gradient).toThrow('wrong shape of scale');
    });

    it('unitGradient: a pending gradient of other images', () => {
      const { whole, result } = passed(engine(), unit());
      const request = { needed: true, addend: zeros(1, 4, 4, 16) };
      expect(() => engine().unitGradient(zeros(...outputShape(SHAPE)), whole, result, request)).toThrow(
        'wrong shape of addend',
      );
    });

    const features: readonly (readonly [string, () => FeatureTensors])[] = [
      ['a short affine', () => ({ values: zeros(1, 2, 2, 16), affine: zeros(2, 8) })],
      ['channels that fill no vector', () => ({ values: zeros(1, 2, 2, 8), affine: zeros(2, 8) })],
      ['no channels', () => ({ values: zeros(1, 2, 2, 0), affine: zeros(2, 0) })],
      ['a matrix', () => ({ values: zeros(2, 16), affine: zeros(2, 16) })],
    ];
    it.each(features)('materialize: %s', (_, make) => {
      const wrong = make();
      expect(() => engine().materialize(wrong)).toThrow();
    });

    it('maxPool: a short affine', () => {
      expect(() => engine().maxPool({ values: zeros(1, 2, 2, 32), affine: zeros(2, 16) })).toThrow(
        'wrong shape of affine',
      );
    });

    it('maxPoolGradient: a gradient of other images', () => {
      const x = { values: zeros(2, 4, 4, 16) };
      const y = engine().maxPool(x);
      expect(() => engine().maxPoolGradient(zeros(1, 2, 2, 16), x, y)).toThrow('wrong shape of dy');
    });

    it('subsample: fewer channels than the images have', () => {
      expect(() => engine().subsample(zeros(1, 2, 2, 32), 16)).toThrow('fewer channels');
    });

    it('subsampleGradient: fewer channels than the images have', () => {
      expect(() => engine().subsampleGradient(zeros(1, 1, 1, 16), zeros(1, 2, 2, 32))).toThrow('channels');
    });
  });
});

function passed(engine: Engine, whole: Unit): { whole: Unit; result: UnitResult } {
  return { whole, result: engine.unit(whole) };
}

/** With another tensor for one of those that the unit saved: its moments, then the convolution. */
function resaved(result: UnitResult, index: number, tensor: Tensor): UnitResult {
  return { ...result, saved: result.saved.map((saved, other) => (other === index ? tensor : saved)) };
}
