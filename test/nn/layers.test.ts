import { describe, expect, it } from 'vitest';

import { constant } from '../../src/nn/initializers.js';
import { sequential } from '../../src/nn/layer.js';
import type { Layer } from '../../src/nn/layer.js';
import { batchNorm, conv2d, dense, globalAveragePool, maxPool, relu } from '../../src/nn/layers.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { runLayer } from '../support/layers.js';
import { randomTensor, tensorOf, upload } from '../support/values.js';

const zeros = constant(0);

const specsOf = ({ parameters, buffers }: Layer) => ({
  parameters: parameters.map(({ name, shape }) => ({ name, shape })),
  buffers: buffers.map(({ name, shape, start }) => ({ name, shape, start })),
});

describe('the tensors of a layer', () => {
  it('conv2d: an HWIO kernel, and a bias where one is asked for', () => {
    const kernel = { name: 'conv.kernel', shape: [3, 3, 4, 8] };
    expect(specsOf(conv2d('conv', { inputs: 4, outputs: 8, kernel: zeros })).parameters).toEqual([kernel]);
    expect(specsOf(conv2d('conv', { inputs: 4, outputs: 8, kernel: zeros, bias: zeros })).parameters).toEqual(
      [kernel, { name: 'conv.bias', shape: [8] }],
    );
  });

  it('batchNorm: scale and offset, and running statistics that start at 0 and 1', () => {
    const layer = batchNorm('norm', 8);
    expect(specsOf(layer)).toEqual({
      parameters: [
        { name: 'norm.scale', shape: [8] },
        { name: 'norm.offset', shape: [8] },
      ],
      buffers: [
        { name: 'norm.mean', shape: [8], start: 0 },
        { name: 'norm.variance', shape: [8], start: 1 },
      ],
    });
    const starts = layer.parameters.map(({ initialize }) => initialize(2, Math.random));
    expect(starts).toEqual([Float32Array.of(1, 1), Float32Array.of(0, 0)]);
  });

  it('dense: a kernel from inputs to outputs and a bias', () => {
    const layer = dense('head', { inputs: 4, outputs: 10, kernel: zeros, bias: zeros });
    expect(specsOf(layer).parameters).toEqual([
      { name: 'head.kernel', shape: [4, 10] },
      { name: 'head.bias', shape: [10] },
    ]);
  });

  it('relu and the pools: none', () => {
    for (const layer of [relu, maxPool, globalAveragePool]) {
      expect(specsOf(layer)).toEqual({ parameters: [], buffers: [] });
    }
  });

  it('sequential: those of all its layers, in order', () => {
    const layer = sequential(
      conv2d('a', { inputs: 1, outputs: 1, kernel: zeros }),
      batchNorm('b', 1),
      relu,
      batchNorm('c', 1),
    );
    const names = (specs: readonly { readonly name: string }[]) => specs.map(({ name }) => name);
    expect(names(layer.parameters)).toEqual(['a.kernel', 'b.scale', 'b.offset', 'c.scale', 'c.offset']);
    expect(names(layer.buffers)).toEqual(['b.mean', 'b.variance', 'c.mean', 'c.variance']);
  });
});

onEachBackend((engine) => {
  it.each([
    { stride: 1, expected: [2, 8, 6, 5] },
    { stride: 2, expected: [2, 4, 3, 5] },
  ])('conv2d with stride $stride makes [2, 8, 6, 3] into $expected', ({ stride, expected }) => {
    const layer = conv2d('conv', { inputs: 3, outputs: 5, stride, kernel: zeros });
    const x = upload(engine(), randomTensor(1, [2, 8, 6, 3]));
    const { output } = runLayer(engine(), layer, x, { 'conv.kernel': new Float32Array(135) });
    expect(output.shape).toEqual(expected);
  });

  it('conv2d adds its bias', async () => {
    const layer = conv2d('conv', { inputs: 1, outputs: 2, kernel: zeros, bias: zeros });
    const { output } = runLayer(engine(), layer, tensorOf(engine(), [1, 1, 1, 1], 3), {
      'conv.kernel': [...Array<number>(8).fill(9), 2, 4, ...Array<number>(8).fill(9)],
      'conv.bias': [10, 20],
    });
    expectClose(await engine().read(output), [16, 32]);
  });

  it('batchNorm in training uses the statistics of the batch and reports them', async () => {
    const { output, observed } = runLayer(
      engine(),
      batchNorm('norm', 1),
      tensorOf(engine(), [2, 1, 2, 1], 0, 0, 20, 20),
      { 'norm.scale': [2], 'norm.offset': [1] },
      true,
    );
    // Mean 10, biased variance 100, beside which ε is nothing; unbiased 400 / 3.
    expectClose(await engine().read(output), [-1, -1, 3, 3]);
    expect([...observed.keys()]).toEqual(['norm.mean', 'norm.variance']);
    const [mean, variance] = [...observed.values()];
    expectClose(mean ? await engine().read(mean) : [], [10]);
    expectClose(variance ? await engine().read(variance) : [], [400 / 3]);
  });

  it('batchNorm in evaluation uses the running statistics and reports none', async () => {
    const { output, observed } = runLayer(
      engine(),
      batchNorm('norm', 1),
      tensorOf(engine(), [2, 1, 1, 1], 0, 20),
      { 'norm.scale': [2], 'norm.offset': [1], 'norm.mean': [4], 'norm.variance': [4] },
    );
    expectClose(await engine().read(output), [1 - 4, 1 + 16], { relative: 1e-5 });
    expect(observed.size).toBe(0);
  });

  it('batchNorm has ε = 1e-5 inside the square root', async () => {
    const { output } = runLayer(engine(), batchNorm('norm', 1), tensorOf(engine(), [1, 1, 1, 1], 1), {
      'norm.scale': [1],
      'norm.offset': [0],
      'norm.mean': [0],
      'norm.variance': [3e-5],
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
    const x = tensorOf(engine(), [1, 2, 2, 1], -5, -7, -6, -9);
    const pooledFirst = runLayer(engine(), sequential(maxPool, relu, globalAveragePool), x);
    expectClose(await engine().read(pooledFirst.output), [0]);
    const averagedFirst = runLayer(engine(), sequential(globalAveragePool), x);
    expectClose(await engine().read(averagedFirst.output), [-6.75]);
  });
});
