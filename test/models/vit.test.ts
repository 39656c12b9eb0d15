import { describe, expect, it } from 'vitest';

import { countElements, createModel } from '../../src/models/registry.js';
import { vit } from '../../src/models/vit.js';
import type { Layer } from '../../src/nn/layer.js';
import { randomStream } from '../../src/train/random.js';
import { onEachBackend } from '../support/backends.js';
import { expectCloseToLargest } from '../support/close.js';
import { runLayer } from '../support/layers.js';
import { cifarTask } from '../support/tasks.js';
import { randomTensor, sizeOf, upload } from '../support/values.js';

const task = cifarTask(100);
const SHAPE = { width: 12, depth: 2, heads: 3 };

const named = ({ parameters }: Layer) => new Map(parameters.map((spec) => [spec.name, spec]));
const shapesOf = (model: Layer) =>
  Object.fromEntries(model.parameters.map(({ name, shape }) => [name, shape]));

/**
 * Parameters with 100 classes, added up: patches of 4 · 4 · 3 numbers; a class token and 65 positions, or 64 positions alone;
 * 12 blocks of two norms, qkv [W, 3W], out [W, W], mlp [W, 4W] and [4W, W]; a norm and the head.
 */
function parameters(width: number, token: boolean): number {
  const block = 2 * 2 * width + (12 * width ** 2 + (3 + 1 + 4 + 1) * width);
  const embedding = 48 * width + width + (token ? width + 65 * width : 64 * width);
  return embedding + 12 * block + 2 * width + (width * 100 + 100);
}

describe('the sizes', () => {
  it.each([
    // 9,408 + 192 + 12,480 + 12 · 444,864 + 384 + 19,300; without token and its position 2 · 192 fewer.
    ['vit-tiny', 192, 5_380_132, 5_379_748],
    // 18,816 + 384 + 24,960 + 12 · 1,774,464 + 768 + 38,500; 2 · 384 fewer.
    ['vit-small', 384, 21_376_996, 21_376_228],
  ] as const)(
    '%s has tokens of %i channels and %i parameters, %i without a class token',
    (name, width, ...counts) => {
      expect([true, false].map((token) => parameters(width, token))).toEqual(counts);
      const [token, mean] = [createModel(name, task), createModel(name, task, { pool: 'mean' })];
      expect([token, mean].map((model) => countElements(model.parameters))).toEqual(counts);
      expect(shapesOf(token)).toMatchObject({
        class: [width],
        position: [65, width],
        'head.kernel': [width, 100],
      });
      expect(shapesOf(mean)).toMatchObject({ position: [64, width] });
      expect(shapesOf(mean)).not.toHaveProperty('class');
    },
  );

  it('share their depth: 51 eligible tensors', () => {
    // Kernels of the patches, of qkv, out, mlp.in and mlp.out of 12 blocks, of the head; and the positions.
    for (const name of ['vit-tiny', 'vit-small'] as const) {
      for (const pool of ['class', 'mean']) {
        const { parameters } = createModel(name, task, { pool });
        expect(parameters.filter(({ eligible }) => eligible)).toHaveLength(1 + 4 * 12 + 1 + 1);
      }
    }
  });
});

describe('the tensors', () => {
  const model = vit(SHAPE, 'class', task);

  it('are named by block and layer', () => {
    const block = (index: number) => ({
      [`block${index}.norm1.scale`]: [12],
      [`block${index}.norm1.offset`]: [12],
      [`block${index}.attention.qkv.kernel`]: [12, 36],
      [`block${index}.attention.qkv.bias`]: [36],
      [`block${index}.attention.out.kernel`]: [12, 12],
      [`block${index}.attention.out.bias`]: [12],
      [`block${index}.norm2.scale`]: [12],
      [`block${index}.norm2.offset`]: [12],
      [`block${index}.mlp.in.kernel`]: [12, 48],
      [`block${index}.mlp.in.bias`]: [48],
      [`block${index}.mlp.out.kernel`]: [48, 12],
      [`block${index}.mlp.out.bias`]: [12],
    });
    const expected = {
      ...{ 'patch.kernel': [4, 4, 3, 12], 'patch.bias': [12], class: [12], position: [65, 12] },
      ...block(1),
      ...block(2),
      ...{ 'norm.scale': [12], 'norm.offset': [12], 'head.kernel': [12, 100], 'head.bias': [100] },
    };
    expect(shapesOf(model)).toEqual(expected);
    expect([...named(model).keys()]).toEqual(Object.keys(expected));
    expect(model.buffers).toEqual([]);
  });

  it('that are matrices are eligible, class token, biases and norms are not', () => {
    for (const { name, shape, eligible } of model.parameters) expect(eligible, name).toBe(shape.length > 1);
  });

  it('start from a normal distribution of std 0.02 that is cut off at 0.04; norms at 1 and 0, biases at 0', () => {
    const { parameters } = createModel('vit-tiny', task);
    for (const { name, shape, initialize } of parameters) {
      const values = initialize(sizeOf(shape), randomStream(42, 'initialization', name));
      if (/\.(bias|offset)$/.test(name)) expect(new Set(values), name).toEqual(new Set([0]));
      else if (name.endsWith('.scale')) expect(new Set(values), name).toEqual(new Set([1]));
      else expectTruncated(values, name);
    }
  });

  it('fit other images: 4 · 12 patches of two channels', () => {
    const image = { height: 16, width: 48, channels: 2 };
    const shapes = shapesOf(vit(SHAPE, 'class', { image, classes: 7 }));
    expect(shapes).toMatchObject({ position: [49, 12], 'head.kernel': [12, 7] });
    expect(shapes['patch.kernel']).toEqual([4, 4, 2, 12]);
    expect(shapesOf(vit(SHAPE, 'mean', { image, classes: 7 }))['position']).toEqual([48, 12]);
  });
});

it.each([
  [30, 32],
  [32, 30],
  [2, 4],
])('images of %i × %i pixels are refused', (height, width) => {
  const make = () => vit(SHAPE, 'class', { image: { height, width, channels: 3 }, classes: 10 });
  expect(make).toThrow(`multiples of 4, but those of the data set have ${height} x ${width} pixels`);
  expect(make).toThrow(expect.objectContaining({ code: 'config' }));
});

onEachBackend((engine) => {
  const image = { height: 8, width: 12, channels: 2 };
  const images = () => upload(engine(), randomTensor(1, [3, 8, 12, 2]));
  const values = (model: Layer) =>
    Object.fromEntries(
      model.parameters.map(({ name, shape }, index) => [name, randomTensor(index, shape, 0.3).data]),
    );

  describe.each(['class', 'mean'] as const)('that reads the %s', (pool) => {
    const model = vit(SHAPE, pool, { image, classes: 7 });

    it('makes images into logits, the same in training and evaluation', async () => {
      const [training, evaluation] = [true, false].map((training) =>
        runLayer(engine(), model, images(), values(model), training),
      );
      expect(training?.output.shape).toEqual([3, 7]);
      expect(training?.observed.size).toBe(0);
      const logits = training ? await engine().read(training.output) : [];
      expect(evaluation ? await engine().read(evaluation.output) : []).toEqual(logits);
    });

    it('takes each image for itself, whatever is beside it', async () => {
      const together = await engine().read(runLayer(engine(), model, images(), values(model)).output);
      for (const index of [0, 1, 2]) {
        const data = randomTensor(1, [3, 8, 12, 2]).data.subarray(index * 192, (index + 1) * 192);
        const alone = runLayer(engine(), model, engine().tensor(data, [1, 8, 12, 2]), values(model));
        const expected = together.subarray(index * 7, (index + 1) * 7);
        expectCloseToLargest(await engine().read(alone.output), expected, { relative: 1e-5 });
      }
    });

    it('looks at every patch', async () => {
      const before = await engine().read(runLayer(engine(), model, images(), values(model)).output);
      const changed = randomTensor(1, [3, 8, 12, 2]);
      // The last pixel of the first image.
      changed.data[191] = 5;
      const after = await engine().read(
        runLayer(engine(), model, upload(engine(), changed), values(model)).output,
      );
      const differs = Array.from(after, (value, index) => Math.abs(value - (before[index] ?? NaN)) > 1e-4);
      expect([0, 1, 2].map((row) => differs.slice(7 * row, 7 * row + 7).includes(true))).toEqual([
        true,
        false,
        false,
      ]);
    });
  });
});

/** Five standard errors around the moments of a normal distribution cut off at two standard deviations. */
function expectTruncated(values: Float32Array, name: string): void {
  const size = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / size;
  const std = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / size);
  expect(
    values.every((value) => Math.abs(value) <= Math.fround(0.04)),
    name,
  ).toBe(true);
  // 1 − 2 · 2 φ(2) / (Φ(2) − Φ(−2)) = 0.77374, whose root is 0.87963.
  const expected = 0.87963 * 0.02;
  expect(Math.abs(mean), name).toBeLessThan((5 * expected) / Math.sqrt(size));
  expect(Math.abs(std / expected - 1), name).toBeLessThan(5 / Math.sqrt(2 * size));
}
