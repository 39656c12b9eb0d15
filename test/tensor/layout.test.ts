import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Layout } from '../../src/tensor/layout.js';
import { onEachBackend } from '../support/backends.js';
import { randomTensor, tensorOf, upload } from '../support/values.js';

const specs = [
  { name: 'kernel', shape: [2, 3] },
  { name: 'bias', shape: [3] },
  { name: 'exponent', shape: [] },
];

describe('Layout', () => {
  it('lays the tensors one after the other, in the given order', () => {
    const layout = new Layout(specs);
    expect(layout.size).toBe(10);
    expect(layout.entries).toEqual([
      { name: 'kernel', shape: [2, 3], size: 6, offset: 0 },
      { name: 'bias', shape: [3], size: 3, offset: 6 },
      { name: 'exponent', shape: [], size: 1, offset: 9 },
    ]);
  });

  it('refuses two tensors of one name', () => {
    expect(() => new Layout([...specs, { name: 'bias', shape: [1] }])).toThrow('same name');
  });

  it('views share the memory of the flat array', () => {
    const flat = Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    const views = new Layout(specs).views(flat);
    expect(views.get('bias')).toEqual(Float32Array.of(6, 7, 8));
    views.get('bias')?.fill(-1);
    expect(flat).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5, -1, -1, -1, 9));
  });
});

onEachBackend((engine) => {
  it('pack joins in the order of the layout, whatever the order of the map', async () => {
    const tensors = new Map([
      ['exponent', tensorOf(engine(), [], 9)],
      ['bias', tensorOf(engine(), [3], 6, 7, 8)],
      ['kernel', tensorOf(engine(), [2, 3], 0, 1, 2, 3, 4, 5)],
    ]);
    const flat = new Layout(specs).pack(tensors);
    expect(flat.shape).toEqual([10]);
    expect(await engine().read(flat)).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  });

  it('pack names a tensor that is missing', () => {
    const tensors = new Map([['kernel', tensorOf(engine(), [2, 3], 0, 1, 2, 3, 4, 5)]]);
    expect(() => new Layout(specs).pack(tensors)).toThrow('no tensor named bias');
  });

  it('unpack gives the tensors back in their own shapes', async () => {
    const flat = tensorOf(engine(), [10], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    const tensors = new Layout(specs).unpack(flat);
    expect([...tensors].map(([name, { shape }]) => ({ name, shape }))).toEqual(specs);
    const bias = tensors.get('bias');
    expect(bias && (await engine().read(bias))).toEqual(Float32Array.of(6, 7, 8));
  });

  it('unpack and then pack changes nothing', async () => {
    const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), {
      minLength: 1,
      maxLength: 12,
    });
    const property = fc.asyncProperty(shapes, fc.nat(), async (shapes, seed) => {
      const layout = new Layout(shapes.map((shape, index) => ({ name: `tensor${index}`, shape })));
      const values = randomTensor(seed, [layout.size]);
      const packed = layout.pack(layout.unpack(upload(engine(), values)));
      expect(await engine().read(packed)).toEqual(values.data);
    });
    await fc.assert(property, { numRuns: 30, seed: 1 });
  });
});
