import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import type { Engine, Tensor, Unit } from '../../../src/tensor/engine.js';
import type { HostTensor } from '../../../src/train/safetensors.js';
import { activate, onEachBackend } from '../../support/backends.js';
import { expectClose, expectCloseToLargest } from '../../support/close.js';
import { partsOf } from '../../support/parts.js';
import { farFromZero, randomTensor, upload } from '../../support/values.js';
import { population } from '../gradient-values.js';

const EPSILON = 0.1;

type Convolution = typeof PARTS;

/** Pixels enough for several parts of the kernel's gradient. */
const PARTS = {
  name: 'many pixels',
  n: 5,
  size: 16,
  window: 3,
  inputs: 3,
  outputs: 8,
  stride: 1,
  padding: 1,
};

/** Shapes of all models' convolutions; the images are small where only the channels matter. */
const CONVOLUTIONS = [
  { name: 'the first, 3 → 16', n: 2, size: 16, window: 3, inputs: 3, outputs: 16, stride: 1, padding: 1 },
  { name: '16 → 32 with stride 2', n: 2, size: 8, window: 3, inputs: 16, outputs: 32, stride: 2, padding: 1 },
  { name: '64 channels at 8 × 8', n: 2, size: 8, window: 3, inputs: 64, outputs: 64, stride: 1, padding: 1 },
  { name: "VGG's 512 at 2 × 2", n: 1, size: 2, window: 3, inputs: 512, outputs: 512, stride: 1, padding: 1 },
  { name: 'patches of 4 × 4', n: 2, size: 16, window: 4, inputs: 3, outputs: 48, stride: 4, padding: 0 },
  {
    name: 'single pixels with stride 2',
    n: 3,
    size: 6,
    window: 1,
    inputs: 5,
    outputs: 70,
    stride: 2,
    padding: 0,
  },
  PARTS,
];

/** Pixels of many parts, a number that none of the blocks divides, and more channels than a group has. */
const NORMS = [
  { name: '16 channels and many pixels', shape: [5, 31, 33, 16] },
  { name: '32 channels', shape: [3, 9, 9, 32] },
  { name: '100 channels', shape: [2, 9, 9, 100] },
  { name: "VGG's 512 at 1 × 1", shape: [2, 1, 1, 512] },
] as const;

onEachBackend(
  (engine) => {
    it.each(CONVOLUTIONS)('a convolution and its gradients agree with cpu: $name', async (convolution) => {
      await expectAgreement((on) => convolve(on, convolution));
    });

    it.each(NORMS)('a unit and its gradients agree with cpu: $name', async ({ shape }) => {
      await expectAgreement((on) => unit(on, shape));
    });

    it('batch norm of many parts keeps the digits of the variance beside a large mean', async () => {
      const { shape, data } = randomTensor(1, [8, 32, 32, 1]);
      const values = data.map((value) => 1000 + value);
      const [, mean, variance] = await valuesOf(engine(), () => {
        const one = engine().tensor(Float32Array.of(1), [1]);
        const x = upload(engine(), { shape, data: values });
        const result = partsOf(engine()).batchNorm(x, one, one, EPSILON);
        return [result.output, result.mean, result.variance];
      });
      const expected = population(values);
      expectClose(mean?.data ?? [], [expected.mean], { relative: 1e-7 });
      expectClose(variance?.data ?? [], [(expected.variance * 8192) / 8191], { relative: 1e-5 });
    });

    it('come to the same bytes twice and leave no tensors', async () => {
      const before = engine().liveTensors();
      const run = (): Tensor[] => [...convolve(engine(), PARTS), ...unit(engine(), NORMS[0].shape)];
      const first = await valuesOf(engine(), run);
      expect(await valuesOf(engine(), run)).toEqual(first);
      expect(engine().liveTensors()).toBe(before);
    });

    it('take what is not a number for one', async () => {
      const [output] = await valuesOf(engine(), () => {
        const x = { values: engine().tensor(Float32Array.of(1, NaN, 2, 3), [1, 2, 2, 1]) };
        return [engine().unit(unitFor(engine(), x.values)).output.values];
      });
      expect(output?.data.every(Number.isNaN)).toBe(true);
    });

    it('split vectors and put them together in any number', async () => {
      const { data } = randomTensor(1, [2000]);
      const sizes = Array.from({ length: 40 }, (_, index) => index + 10).concat(2000 - 1180);
      const [parts, whole] = await valuesOf(engine(), () => {
        const split = tf.split(engine().tensor(data, [2000]), sizes);
        return [split[39] ?? tf.scalar(NaN), tf.concat(split)];
      });
      expect(parts?.data).toEqual(data.slice(1131, 1180));
      expect(whole?.data).toEqual(data);
    });
  },
  ['webgpu'],
);

/** A convolution, and the gradients of its input and kernel. */
function convolve(
  engine: Engine,
  { n, size, window, inputs, outputs, stride, padding }: Convolution,
): Tensor[] {
  const rows = (size + 2 * padding - window) / stride + 1;
  const pixels = Math.floor(rows);
  const x = upload(engine, randomTensor(1, [n, size, size, inputs]));
  const kernel = upload(engine, randomTensor(2, [window, window, inputs, outputs]));
  const dy = upload(engine, randomTensor(3, [n, pixels, pixels, outputs]));
  const parts = partsOf(engine);
  return [
    parts.conv2d(x, kernel, { stride, padding }),
    parts.conv2dInputGradient(dy, kernel, x, { stride, padding }),
    parts.conv2dKernelGradient(dy, kernel, x, { stride, padding }),
  ];
}

/** A unit of single pixels with a shortcut, and its gradients. */
function unit(engine: Engine, shape: readonly number[]): Tensor[] {
  const x = upload(engine, randomTensor(1, shape));
  const dy = upload(engine, randomTensor(2, shape));
  // Far from 0, so that rounding does not decide where ReLU is open.
  const shortcut = upload(engine, farFromZero(3, shape, 30));
  const example = { ...unitFor(engine, x), shortcut };
  const result = engine.unit(example);
  const gradients = engine.unitGradient(dy, example, result, { needed: true, addend: shortcut });
  const { x: dx, shortcut: dshortcut, kernel, scale, offset } = gradients;
  if (!dx || !dshortcut) throw new Error('a gradient is missing');
  const inferred = engine.inferUnit(example, result).values;
  return [result.output.values, result.mean, result.variance, inferred, dx, dshortcut, kernel, scale, offset];
}

function unitFor(engine: Engine, x: Tensor): Unit {
  const c = x.shape.at(-1) ?? 1;
  return {
    x: { values: x },
    weights: {
      kernel: upload(engine, randomTensor(4, [1, 1, c, c], 1 / Math.sqrt(c))),
      scale: upload(engine, randomTensor(5, [c])),
      offset: upload(engine, randomTensor(6, [c])),
      bias: upload(engine, randomTensor(7, [c])),
    },
    geometry: { stride: 1, padding: 0 },
    epsilon: EPSILON,
    shared: false,
  };
}

async function expectAgreement(run: (engine: Engine) => readonly Tensor[]): Promise<void> {
  const cpu = await activate('cpu');
  const reference = await valuesOf(cpu, () => run(cpu));
  const webgpu = await activate('webgpu');
  const found = await valuesOf(webgpu, () => run(webgpu));
  for (const [index, { shape, data }] of reference.entries()) {
    expect(found[index]?.shape).toEqual(shape);
    expectCloseToLargest(found[index]?.data ?? [], data, { relative: 1e-5, absolute: 1e-5 });
  }
}

async function valuesOf(engine: Engine, run: () => readonly Tensor[]): Promise<HostTensor[]> {
  const { keep } = engine.scope(() => ({ keep: run() }));
  const values: HostTensor[] = [];
  for (const tensor of keep) {
    values.push({ shape: tensor.shape, data: await engine.read(tensor) });
    tensor.dispose();
  }
  return values;
}
