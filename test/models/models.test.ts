import { describe, expect, it } from 'vitest';

import { countElements, createModel, modelNames } from '../../src/models/registry.js';
import { resnet } from '../../src/models/resnet.js';
import { vggFromWidths } from '../../src/models/vgg.js';
import type { Layer } from '../../src/nn/layer.js';
import { randomStream } from '../../src/train/random.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { runLayer } from '../support/layers.js';
import { randomTensor, sizeOf, upload } from '../support/values.js';
import { cifarTask } from '../support/tasks.js';

/** Trainable parameters with 100 and with 10 classes, eligible tensors. vit.test.ts adds up those of Vision Transformers. */
const TABLE = [
  ['resnet20', 275_572, 269_722, 20],
  ['resnet32', 470_004, 464_154, 32],
  ['resnet44', 664_436, 658_586, 44],
  ['resnet56', 858_868, 853_018, 56],
  ['resnet110', 1_733_812, 1_727_962, 110],
  ['vgg11bn', 9_277_284, 9_231_114, 9],
  ['vgg13bn', 9_462_180, 9_416_010, 11],
  ['vgg16bn', 14_774_436, 14_728_266, 14],
  ['vgg19bn', 20_086_692, 20_040_522, 17],
  ['vit-tiny', 5_380_132, 5_362_762, 51],
  ['vit-small', 21_376_996, 21_342_346, 51],
] as const;

const names = (specs: readonly { readonly name: string }[]) => specs.map(({ name }) => name);

describe('architectures', () => {
  it('are all in the table', () => {
    expect(modelNames()).toEqual(TABLE.map(([name]) => name));
  });

  it.each(TABLE)('%s has %i parameters with 100 classes and %i with 10, %i eligible', (name, ...expected) => {
    const [hundred, ten, eligibleTensors] = expected;
    const model = createModel(name, cifarTask(100));
    expect(countElements(model.parameters)).toBe(hundred);
    expect(countElements(createModel(name, cifarTask(10)).parameters)).toBe(ten);
    const eligible = names(model.parameters.filter((spec) => spec.eligible));
    expect(eligible).toHaveLength(eligibleTensors);
    expect(eligible.every((each) => each.endsWith('.kernel') || each === 'position')).toBe(true);
  });

  it('name no two tensors alike', () => {
    for (const name of modelNames()) {
      const { parameters, buffers } = createModel(name, cifarTask(100));
      const all = names([...parameters, ...buffers]);
      expect(new Set(all).size).toBe(all.length);
    }
  });
});

describe('a model for other images', () => {
  it('takes their channels and classes', () => {
    const task = { image: { height: 16, width: 48, channels: 2 }, classes: 7 };
    for (const name of modelNames()) {
      const { parameters } = createModel(name, task);
      const size = name.startsWith('vit-') ? 4 : 3;
      expect(parameters[0]?.shape.slice(0, 3)).toEqual([size, size, 2]);
      expect(parameters.at(-1)?.shape).toEqual([7]);
    }
  });

  it.each([
    ['resnet20', { height: 18, width: 32 }, 'resnet20 halves its images 2 times'],
    [
      'resnet20',
      { height: 32, width: 30 },
      'must be multiples of 4, but those of the data set have 32 x 30 pixels',
    ],
    ['vgg16bn', { height: 24, width: 32 }, 'vgg16bn halves its images 4 times'],
    ['vit-tiny', { height: 30, width: 32 }, 'cuts its images into patches of 4 × 4'],
    [
      'vit-small',
      { height: 32, width: 33 },
      'must be multiples of 4, but those of the data set have 32 x 33 pixels',
    ],
  ] as const)('%s refuses %o', (name, size, reason) => {
    const make = () => createModel(name, { image: { ...size, channels: 3 }, classes: 10 });
    expect(make).toThrow(reason);
    expect(make).toThrow(expect.objectContaining({ code: 'config' }));
  });
});

describe('resnet', () => {
  it('names its tensors by stage, block and layer', () => {
    const { parameters, buffers } = createModel('resnet20', cifarTask(100));
    expect(names(parameters).slice(0, 9)).toEqual([
      'stem.conv.kernel',
      'stem.norm.scale',
      'stem.norm.offset',
      'stage1.block1.conv1.kernel',
      'stage1.block1.norm1.scale',
      'stage1.block1.norm1.offset',
      'stage1.block1.conv2.kernel',
      'stage1.block1.norm2.scale',
      'stage1.block1.norm2.offset',
    ]);
    expect(names(parameters).slice(-3)).toEqual(['stage3.block3.norm2.offset', 'head.kernel', 'head.bias']);
    expect(names(buffers).slice(0, 3)).toEqual([
      'stem.norm.mean',
      'stem.norm.variance',
      'stage1.block1.norm1.mean',
    ]);
    // One batch norm for the stem and two for each of nine blocks.
    expect(buffers).toHaveLength(2 * 19);
  });

  it('widens in the first block of the second and third stage', () => {
    const shapes = new Map(
      createModel('resnet20', cifarTask(100)).parameters.map(({ name, shape }) => [name, shape]),
    );
    expect(shapes.get('stem.conv.kernel')).toEqual([3, 3, 3, 16]);
    expect(shapes.get('stage2.block1.conv1.kernel')).toEqual([3, 3, 16, 32]);
    expect(shapes.get('stage3.block1.conv1.kernel')).toEqual([3, 3, 32, 64]);
    expect(shapes.get('stage3.block3.conv2.kernel')).toEqual([3, 3, 64, 64]);
    expect(shapes.get('head.kernel')).toEqual([64, 100]);
  });

  it('starts its kernels with fan-in Kaiming, its head bias within 1/√64', () => {
    const model = createModel('resnet20', cifarTask(100));
    // 9 · 16 inputs reach each output of the widening convolution, though it has 32 outputs.
    expect(startingStd(model, 'stage2.block1.conv1.kernel') / Math.sqrt(2 / 144)).toBeCloseTo(1, 1);
    expect(startingStd(model, 'head.kernel') / Math.sqrt(2 / 64)).toBeCloseTo(1, 1);
    const bias = startingValues(model, 'head.bias');
    expect(Math.max(...bias.map(Math.abs))).toBeLessThanOrEqual(1 / 8);
    expect(Math.max(...bias.map(Math.abs))).toBeGreaterThan(0.1);
  });

  it.each([18, 21, 2])('refuses a depth of %i', (depth) => {
    expect(() => resnet(depth, cifarTask(10))).toThrow('6n + 2');
  });
});

describe('vgg', () => {
  it('names its convolutions in order', () => {
    const { parameters, buffers } = createModel('vgg16bn', cifarTask(100));
    expect(names(parameters).slice(0, 5)).toEqual([
      'features.conv1.kernel',
      'features.conv1.bias',
      'features.norm1.scale',
      'features.norm1.offset',
      'features.conv2.kernel',
    ]);
    expect(names(parameters).slice(-3)).toEqual(['features.norm13.offset', 'head.kernel', 'head.bias']);
    expect(names(buffers).slice(-2)).toEqual(['features.norm13.mean', 'features.norm13.variance']);
  });

  it('starts its kernels with fan-out Kaiming, its head small, its biases at 0', () => {
    const model = createModel('vgg11bn', cifarTask(100));
    // 9 · 128 gradients come back to each input of the second convolution, though it has 64 inputs.
    expect(startingStd(model, 'features.conv2.kernel') / Math.sqrt(2 / 1152)).toBeCloseTo(1, 1);
    expect(startingStd(model, 'head.kernel') / 0.01).toBeCloseTo(1, 1);
    expect(startingValues(model, 'features.conv1.bias').every((value) => value === 0)).toBe(true);
    expect(startingValues(model, 'head.bias').every((value) => value === 0)).toBe(true);
  });
});

onEachBackend(
  (engine) => {
    it.each(['resnet20', 'vgg11bn'] as const)('%s makes images into logits', (name) => {
      const model = createModel(name, cifarTask(100));
      engine().scope(() => {
        const x = upload(engine(), randomTensor(1, [2, 32, 32, 3]));
        const { output } = runLayer(
          engine(),
          model,
          x,
          filled(model, () => 0),
        );
        expect(output.shape).toEqual([2, 100]);
        return { keep: [] };
      });
    });

    it('vggFromWidths pools where it is told to', () => {
      const model = vggFromWidths([4, 'pool', 6, 6, 'pool'], cifarTask(10));
      expect(names(model.parameters.filter(({ eligible }) => eligible))).toEqual([
        'features.conv1.kernel',
        'features.conv2.kernel',
        'features.conv3.kernel',
        'head.kernel',
      ]);
      const x = upload(engine(), randomTensor(1, [2, 8, 8, 3]));
      expect(
        runLayer(
          engine(),
          model,
          x,
          filled(model, () => 0),
        ).output.shape,
      ).toEqual([2, 10]);
    });

    it('the shortcuts of resnet carry the stem through to the head, in the middle of the channels', async () => {
      const model = resnet(8, cifarTask(2));
      // Every branch gives 0, the stem 1 in each of its 16 channels. The shortcuts pad 16 channels by 8 on either
      // side and then 32 by 16, so that channels 24 to 39 of 64 are 1.
      const values = filled(model, (name) => (name === 'stem.norm.offset' ? 1 : 0));
      const head = Array.from({ length: 64 }, (_, channel) => [channel, 1]).flat();
      const x = upload(engine(), randomTensor(1, [1, 32, 32, 3]));
      const { output } = runLayer(engine(), model, x, { ...values, 'head.kernel': head });
      expectClose(await engine().read(output), [16 * 31.5, 16]);
    });
  },
  ['wasm', 'tensorflow'],
);

function startingValues({ parameters }: Layer, name: string): Float32Array {
  const spec = parameters.find((candidate) => candidate.name === name);
  if (spec === undefined) throw new Error(`no parameter named ${name}`);
  return spec.initialize(sizeOf(spec.shape), randomStream(42, 'initialization', name));
}

function startingStd(model: Layer, name: string): number {
  const values = startingValues(model, name);
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

/** Every parameter as the function says; running statistics of mean 0 and variance 1. */
function filled(
  { parameters, buffers }: Layer,
  value: (name: string) => number,
): Record<string, Float32Array> {
  return Object.fromEntries([
    ...parameters.map(
      ({ name, shape }) => [name, new Float32Array(sizeOf(shape)).fill(value(name))] as const,
    ),
    ...buffers.map(({ name, shape, start }) => [name, new Float32Array(sizeOf(shape)).fill(start)] as const),
  ]);
}
