import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import type { EngineName } from '../../../src/tensor/backend.js';
import type { ConvolutionGeometry, Engine, Tensor } from '../../../src/tensor/engine.js';
import type { HostTensor } from '../../../src/train/safetensors.js';
import { activate, onEachBackend } from '../../support/backends.js';
import { expectClose, expectCloseToLargest } from '../../support/close.js';
import { partsOf } from '../../support/parts.js';
import { randomTensor, tensorOf, upload } from '../../support/values.js';

interface Convolution extends ConvolutionGeometry {
  readonly name: string;
  readonly images: readonly [number, number, number, number];
  readonly kernel: readonly [number, number, number, number];
}

/** Sizes that reach every block of channels and every remainder of the kernels, more than the networks' own do. */
const CONVOLUTIONS: readonly Convolution[] = [
  { name: 'of colour images', images: [2, 9, 9, 3], kernel: [3, 3, 3, 16], stride: 1, padding: 1 },
  {
    name: 'with blocks of 16, 4 and 1 outputs',
    images: [2, 5, 7, 5],
    kernel: [3, 3, 5, 22],
    stride: 1,
    padding: 1,
  },
  { name: 'with blocks of 8 outputs', images: [3, 4, 4, 20], kernel: [3, 3, 20, 12], stride: 1, padding: 1 },
  { name: 'with stride 2', images: [3, 8, 6, 16], kernel: [3, 3, 16, 32], stride: 2, padding: 1 },
  { name: 'with stride 2 of odd images', images: [2, 7, 5, 4], kernel: [3, 3, 4, 17], stride: 2, padding: 1 },
  {
    name: 'with stride 3 and pixels left over',
    images: [2, 8, 9, 4],
    kernel: [3, 3, 4, 4],
    stride: 3,
    padding: 0,
  },
  { name: 'with a 1 × 1 kernel', images: [3, 3, 5, 6], kernel: [1, 1, 6, 9], stride: 1, padding: 0 },
  { name: 'with a 5 × 5 kernel', images: [2, 6, 7, 3], kernel: [5, 5, 3, 4], stride: 1, padding: 2 },
  { name: 'of single pixels', images: [3, 1, 1, 2], kernel: [3, 3, 2, 3], stride: 1, padding: 1 },
  {
    name: 'of many images of few pixels',
    images: [70, 2, 2, 8],
    kernel: [3, 3, 8, 8],
    stride: 1,
    padding: 1,
  },
];

function outputShape({ images, kernel, stride, padding }: Convolution): number[] {
  const [n, h, w] = images;
  const [size, , , outputs] = kernel;
  const length = (input: number): number => Math.floor((input + 2 * padding - size) / stride) + 1;
  return [n, length(h), length(w), outputs];
}

function convolutionWithGradients(engine: Engine, convolution: Convolution): readonly Tensor[] {
  const x = upload(engine, randomTensor(1, convolution.images));
  const kernel = upload(engine, randomTensor(2, convolution.kernel));
  const dy = upload(engine, randomTensor(3, outputShape(convolution)));
  return [
    partsOf(engine).conv2d(x, kernel, convolution),
    partsOf(engine).conv2dInputGradient(dy, kernel, x, convolution),
    partsOf(engine).conv2dKernelGradient(dy, kernel, x, convolution),
  ];
}

async function compute(
  backend: EngineName,
  operation: (engine: Engine) => readonly Tensor[],
): Promise<HostTensor[]> {
  const engine = await activate(backend);
  const { keep } = engine.scope(() => ({ keep: operation(engine) }));
  const values: HostTensor[] = [];
  for (const tensor of keep) {
    values.push({ shape: tensor.shape, data: await engine.read(tensor) });
    tensor.dispose();
  }
  return values;
}

async function expectSameAsCpu(operation: (engine: Engine) => readonly Tensor[]): Promise<void> {
  const expected = await compute('cpu', operation);
  const actual = await compute('wasm', operation);
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  for (const [index, { data }] of expected.entries()) expectCloseToLargest(actual[index]?.data ?? [], data);
}

describe('the kernels of wasm agree with cpu', () => {
  it.each(CONVOLUTIONS)('on a convolution $name and its gradients', async (convolution) => {
    await expectSameAsCpu((engine) => convolutionWithGradients(engine, convolution));
  });

  it.each([1, 3, 4, 16, 23])('on batch norm of %i channels and its gradients', async (channels) => {
    await expectSameAsCpu((engine) => {
      const [x, dy] = [1, 2].map((seed) => upload(engine, randomTensor(seed, [3, 5, 3, channels])));
      const [scale, offset] = [3, 4].map((seed) => upload(engine, randomTensor(seed, [channels])));
      if (!x || !dy || !scale || !offset) throw new Error('four tensors were made');
      const { output, mean, variance, saved } = partsOf(engine).batchNorm(x, scale, offset, 1e-5);
      const gradient = partsOf(engine).batchNormGradient(dy, x, scale, saved, 1e-5);
      const normalized = partsOf(engine).normalize(x, { scale, offset, mean, variance }, 1e-5);
      return [output, mean, variance, normalized, gradient.x, gradient.scale, gradient.offset];
    });
  });
});

onEachBackend(
  (engine) => {
    it('batch norm keeps the digits of the deviation beside a mean of 1e4', async () => {
      const x = tensorOf(engine(), [1, 2, 2, 1], 9999, 10001, 9999, 10001);
      const [scale, offset] = [tensorOf(engine(), [1], 2), tensorOf(engine(), [1], 3)];
      const { output } = partsOf(engine()).batchNorm(x, scale, offset, 0);
      expectClose(await engine().read(output), [1, 5, 1, 5]);
    });

    it('the gradient of a window whose largest value is negative goes to its pixel', async () => {
      const x = tensorOf(engine(), [1, 2, 2, 1], -4, -2, -3, -2);
      const y = engine().maxPool({ values: x });
      const dx = engine().maxPoolGradient(tensorOf(engine(), [1, 1, 1, 1], 7), { values: x }, y);
      expectClose(await engine().read(dx), [0, 7, 0, 0]);
    });

    it('the pixel that an odd image has left over gets no gradient', async () => {
      const x = tensorOf(engine(), [1, 3, 3, 1], 1, 2, 9, 4, 3, 9, 9, 9, 9);
      const y = engine().maxPool({ values: x });
      const dx = engine().maxPoolGradient(tensorOf(engine(), [1, 1, 1, 1], 7), { values: x }, y);
      expectClose(await engine().read(dx), [0, 0, 0, 7, 0, 0, 0, 0, 0]);
    });

    it('splits vectors and matrices, also of whole numbers', async () => {
      const [first, second] = tf.split(tensorOf(engine(), [5], 1, 2, 3, 4, 5), [2, 3]);
      expect(await first?.data()).toEqual(Float32Array.of(1, 2));
      expect(await second?.data()).toEqual(Float32Array.of(3, 4, 5));
      const whole = tf.split(engine().tensor(Int32Array.of(1, 2, 3), [3]), [1, 2]);
      expect(await whole[1]?.data()).toEqual(Int32Array.of(2, 3));
      const columns = tf.split(tensorOf(engine(), [2, 3], 1, 2, 3, 4, 5, 6), [1, 2], 1);
      expect(await columns[1]?.data()).toEqual(Float32Array.of(2, 3, 5, 6));
    });

    it('gives the same bytes every time, whichever thread computes what', async () => {
      const kernel = [3, 3, 16, 16] as const;
      const convolution: Convolution = { name: '', images: [4, 16, 16, 16], kernel, stride: 1, padding: 1 };
      const first = await compute('wasm', (wasm) => convolutionWithGradients(wasm, convolution));
      for (let repetition = 0; repetition < 5; repetition++) {
        expect(await compute('wasm', (wasm) => convolutionWithGradients(wasm, convolution))).toEqual(first);
      }
    });

    it('leaves no tensor but its results', () => {
      const before = engine().liveTensors();
      const channels = tensorOf(engine(), [4], 1, 2, 3, 4);
      const x = upload(engine(), randomTensor(1, [2, 4, 4, 4]));
      const kernel = upload(engine(), randomTensor(2, [3, 3, 4, 4]));
      const y = partsOf(engine()).conv2d(x, kernel, { stride: 1, padding: 1 });
      const norm = partsOf(engine()).batchNorm(x, channels, channels, 1e-5);
      const gradient = partsOf(engine()).batchNormGradient(y, x, channels, norm.saved, 1e-5);
      const results = [
        ...[channels, x, kernel, y, norm.output, norm.mean, norm.variance],
        ...[gradient.x, gradient.scale, gradient.offset],
        partsOf(engine()).conv2dInputGradient(y, kernel, x, { stride: 1, padding: 1 }),
        partsOf(engine()).conv2dKernelGradient(y, kernel, x, { stride: 1, padding: 1 }),
        partsOf(engine()).reluGradient(y, x),
        engine().biasGradient(y),
        engine().subsample(x, 8),
      ];
      // The mean is one of the results and saved as well.
      const all = new Set<Tensor>([...results, ...norm.saved]);
      expect(engine().liveTensors()).toBe(before + all.size);
      for (const tensor of all) tensor.dispose();
      expect(engine().liveTensors()).toBe(before);
    });
  },
  ['wasm'],
);

describe('a process with the wasm backend', () => {
  const run = promisify(execFile);

  it('ends by itself when its work is done, and without the line of source of an error that nobody caught', async () => {
    const open =
      "import('./dist/src/tensor/backend.js').then((module) => module.openEngine({ backend: 'wasm' }))";
    const { stdout } = await run(process.execPath, [
      '-e',
      `${open}.then(({ info }) => console.log(info.library))`,
    ]);
    expect(stdout).toContain('tfjs-backend-wasm');
    const failure = run(process.execPath, ['-e', `${open}.then(() => { throw new Error('a mistake'); })`]);
    const { stderr } = await failure.then(
      () => ({ stderr: 'it did not fail' }),
      (error: unknown) => ({
        stderr: error instanceof Error && 'stderr' in error ? String(error.stderr) : '',
      }),
    );
    expect(stderr).toContain('a mistake');
    expect(stderr.length).toBeLessThan(2000);
  });
});
