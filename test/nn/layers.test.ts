import { describe, expect, it } from 'vitest';

import { constant } from '../../src/nn/initializers.js';
import { sequential } from '../../src/nn/layer.js';
import type { Layer } from '../../src/nn/layer.js';
import { dense, globalAveragePool, maxPool, unit } from '../../src/nn/layers.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { runLayer, withShortcut } from '../support/layers.js';
import { randomTensor, sizeOf, tensorOf, upload } from '../support/values.js';

const zeros = constant(0);
const NAMES = { convolution: 'conv', norm: 'norm' };
/** The kernel of one channel that leaves an image as it is. */
const IDENTITY = [0, 0, 0, 0, 1, 0, 0, 0, 0];

const specsOf = ({ parameters, buffers }: Layer) => ({
  parameters: parameters.map(({ name, shape, eligible }) => ({ name, shape, eligible })),
  buffers: buffers.map(({ name, shape, start }) => ({ name, shape, start })),
});

describe('the tensors of a layer, kernels eligible for gradient transforms', () => {
  it('unit: an HWIO kernel, a bias where one is asked for, scale and offset', () => {
    const kernel = { name: 'conv.kernel', shape: [3, 3, 4, 8], eligible: true };
    const norm = [
      { name: 'norm.scale', shape: [8], eligible: false },
      { name: 'norm.offset', shape: [8], eligible: false },
    ];
    const options = { inputs: 4, outputs: 8, kernel: zeros };
    expect(specsOf(unit(NAMES, options)).parameters).toEqual([kernel, ...norm]);
    const bias = { name: 'conv.bias', shape: [8], eligible: false };
    expect(specsOf(unit(NAMES, { ...options, bias: zeros })).parameters).toEqual([kernel, bias, ...norm]);
  });

  it('unit: running statistics that start at 0 and 1, a scale at 1, an offset at 0', () => {
    const layer = unit(NAMES, { inputs: 4, outputs: 8, kernel: constant(5), bias: constant(6) });
    expect(specsOf(layer).buffers).toEqual([
      { name: 'norm.mean', shape: [8], start: 0 },
      { name: 'norm.variance', shape: [8], start: 1 },
    ]);
    const starts = layer.parameters.map(({ initialize }) => initialize(1, Math.random)[0]);
    expect(starts).toEqual([5, 6, 1, 0]);
  });

  it('dense: a kernel from inputs to outputs and a bias', () => {
    const layer = dense('head', { inputs: 4, outputs: 10, kernel: zeros, bias: zeros });
    expect(specsOf(layer).parameters).toEqual([
      { name: 'head.kernel', shape: [4, 10], eligible: true },
      { name: 'head.bias', shape: [10], eligible: false },
    ]);
  });

  it('the pools: none', () => {
    for (const layer of [maxPool, globalAveragePool]) {
      expect(specsOf(layer)).toEqual({ parameters: [], buffers: [] });
    }
  });

  it('sequential: those of all its layers, in order', () => {
    const layer = sequential(
      unit({ convolution: 'a', norm: 'b' }, { inputs: 1, outputs: 1, kernel: zeros }),
      maxPool,
      unit({ convolution: 'c', norm: 'd' }, { inputs: 1, outputs: 1, kernel: zeros }),
    );
    const names = (specs: readonly { readonly name: string }[]) => specs.map(({ name }) => name);
    expect(names(layer.parameters)).toEqual([
      'a.kernel',
      'b.scale',
      'b.offset',
      'c.kernel',
      'd.scale',
      'd.offset',
    ]);
    expect(names(layer.buffers)).toEqual(['b.mean', 'b.variance', 'd.mean', 'd.variance']);
  });
});

onEachBackend((engine) => {
  it.each([
    { stride: 1, expected: [2, 8, 6, 5] },
    { stride: 2, expected: [2, 4, 3, 5] },
  ])('unit with stride $stride makes [2, 8, 6, 3] into $expected', ({ stride, expected }) => {
    const layer = unit(NAMES, { inputs: 3, outputs: 5, stride, kernel: zeros });
    const x = upload(engine(), randomTensor(1, [2, 8, 6, 3]));
    const values = Object.fromEntries(
      [...layer.parameters, ...layer.buffers].map(({ name, shape }) => [
        name,
        new Float32Array(sizeOf(shape)),
      ]),
    );
    expect(runLayer(engine(), layer, x, values, true).output.shape).toEqual(expected);
    expect(runLayer(engine(), layer, x, values).output.shape).toEqual(expected);
  });

  /** One channel, a kernel that leaves the image as it is. */
  const plain = () => unit(NAMES, { inputs: 1, outputs: 1, kernel: zeros });

  it('unit in training uses the statistics of the batch and reports them', async () => {
    const { output, observed } = runLayer(
      engine(),
      plain(),
      tensorOf(engine(), [2, 1, 2, 1], 0, 0, 20, 20),
      { 'conv.kernel': IDENTITY, 'norm.scale': [2], 'norm.offset': [3] },
      true,
    );
    // Mean 10, biased variance 100, beside which ε is nothing; unbiased 400 / 3.
    expectClose(await engine().read(output), [1, 1, 5, 5]);
    expect([...observed.keys()]).toEqual(['norm.mean', 'norm.variance']);
    const [mean, variance] = [...observed.values()];
    expectClose(mean ? await engine().read(mean) : [], [10]);
    expectClose(variance ? await engine().read(variance) : [], [400 / 3]);
  });

  it('unit in evaluation uses the running statistics and reports none', async () => {
    const { output, observed } = runLayer(engine(), plain(), tensorOf(engine(), [2, 1, 1, 1], 4, 20), {
      ...{ 'conv.kernel': IDENTITY, 'norm.scale': [2], 'norm.offset': [1] },
      ...{ 'norm.mean': [4], 'norm.variance': [4] },
    });
    expectClose(await engine().read(output), [1, 1 + 16], { relative: 1e-5 });
    expect(observed.size).toBe(0);
  });

  it.each([true, false])('unit ends with ReLU, training: %s', async (training) => {
    const x = tensorOf(engine(), [2, 1, 2, 1], 0, 0, 20, 20);
    const values = {
      ...{ 'conv.kernel': IDENTITY, 'norm.scale': [2], 'norm.offset': [1] },
      ...{ 'norm.mean': [10], 'norm.variance': [100] },
    };
    // 1 ± 2
    const { output } = runLayer(engine(), plain(), x, values, training);
    expectClose(await engine().read(output), [0, 0, 3, 3]);
  });

  it.each([true, false])('unit adds a shortcut ahead of its ReLU, training: %s', async (training) => {
    const x = tensorOf(engine(), [2, 1, 2, 1], 0, 0, 20, 20);
    const values = {
      ...{ 'conv.kernel': IDENTITY, 'norm.scale': [2], 'norm.offset': [1] },
      ...{ 'norm.mean': [10], 'norm.variance': [100] },
    };
    const shortcut = tensorOf(engine(), [2, 1, 2, 1], 4, -4, 1, -9);
    // 1 ± 2 and the shortcut.
    const { output } = runLayer(engine(), withShortcut(plain(), shortcut), x, values, training);
    expectClose(await engine().read(output), [3, 0, 4, 0]);
  });

  it('unit adds its bias to what its convolution gives', async () => {
    const { output } = runLayer(
      engine(),
      unit(NAMES, { inputs: 1, outputs: 2, kernel: zeros, bias: zeros }),
      tensorOf(engine(), [1, 1, 1, 1], 3),
      {
        // Only the middle of the kernel meets the one pixel.
        'conv.kernel': [...Array<number>(8).fill(9), 2, 4, ...Array<number>(8).fill(9)],
        ...{ 'conv.bias': [10, 20], 'norm.scale': [1, 1], 'norm.offset': [0, 0] },
        ...{ 'norm.mean': [0, 0], 'norm.variance': [1, 1] },
      },
    );
    expectClose(await engine().read(output), [16, 32], { relative: 1e-5 });
  });

  it('unit reports the mean with its bias', async () => {
    const { observed } = runLayer(
      engine(),
      unit(NAMES, { inputs: 1, outputs: 1, kernel: zeros, bias: zeros }),
      tensorOf(engine(), [2, 1, 1, 1], 1, 3),
      { 'conv.kernel': IDENTITY, 'conv.bias': [10], 'norm.scale': [1], 'norm.offset': [0] },
      true,
    );
    const mean = observed.get('norm.mean');
    expectClose(mean ? await engine().read(mean) : [], [12]);
  });

  it('unit has ε = 1e-5 inside the square root', async () => {
    const { output } = runLayer(engine(), plain(), tensorOf(engine(), [1, 1, 1, 1], 1), {
      ...{ 'conv.kernel': IDENTITY, 'norm.scale': [1], 'norm.offset': [0] },
      ...{ 'norm.mean': [0], 'norm.variance': [3e-5] },
    });
    expectClose(await engine().read(output), [1 / Math.sqrt(4e-5)], { relative: 1e-5 });
  });

  it('dense is x · kernel + bias', async () => {
    const layer = dense('head', { inputs: 2, outputs: 3, kernel: zeros, bias: zeros });
    const { output } = runLayer(engine(), layer, tensorOf(engine(), [1, 2], 1, 10), {
      'head.kernel': [1, 2, 3, 4, 5, 6],
      'head.bias': [100, 200, 300],
    });
    expect(output.shape).toEqual([1, 3]);
    expectClose(await engine().read(output), [141, 252, 363]);
  });

  it('sequential runs its layers one after the other', async () => {
    const x = tensorOf(engine(), [1, 2, 4, 1], -5, -7, 2, 3, -6, -9, 4, 5);
    const pooledFirst = runLayer(engine(), sequential(maxPool, globalAveragePool), x);
    expectClose(await engine().read(pooledFirst.output), [0]);
    const averagedFirst = runLayer(engine(), sequential(globalAveragePool), x);
    expectClose(await engine().read(averagedFirst.output), [-1.625]);
  });
});
