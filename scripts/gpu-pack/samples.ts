import { RunConfigSchema } from '../../src/config/index.js';
import { Trial } from '../../src/conformance/trial.js';
import { resnet } from '../../src/models/resnet.js';
import { normal } from '../../src/nn/initializers.js';
import { methodsOf } from '../../src/plugin/methods.js';
import type { Engine, Tensor } from '../../src/tensor/engine.js';
import { randomStream } from '../../src/train/random.js';

/** Numbers that an engine has computed; every engine is to have the same ones. */
export interface Sample {
  readonly name: string;
  readonly values: readonly number[];
}

/** Images [N, H, W, 3 or more], of the sizes that networks have: what goes wrong in small ones does so in large ones, not the other way round. */
export interface SampleSizes {
  readonly images: number;
  readonly pixels: number;
  readonly channels: number;
  /** Height and width of the images that the network is trained with. */
  readonly trainedPixels: number;
}

export const SAMPLE_SIZES = {
  whole: { images: 8, pixels: 32, channels: 16, trainedPixels: 16 },
  quick: { images: 2, pixels: 4, channels: 16, trainedPixels: 4 },
} as const satisfies Record<string, SampleSizes>;

interface Case {
  readonly name: string;
  readonly run: (engine: Engine, random: Random, sizes: SampleSizes) => readonly Tensor[];
}

/** Normally distributed values that are the same on every machine: a tensor of that shape. */
type Random = (...shape: readonly number[]) => Tensor;

const EPSILON = 1e-5;
const CLASSES = 10;
const HEADS = 2;
const SEED = 1;
/** Far from 0, so that rounding does not decide where ReLU is open. */
const OPEN = 30;

const CASES: readonly Case[] = [
  { name: 'unit, stride 1', run: (engine, random, sizes) => unitOf(engine, random, sizes, 1) },
  { name: 'unit, stride 2', run: (engine, random, sizes) => unitOf(engine, random, sizes, 2) },
  {
    name: 'max-pool',
    run: (engine, random, { images, pixels, channels }) => {
      const x = { values: random(images, pixels, pixels, channels) };
      const y = engine.maxPool(x);
      return [y, engine.maxPoolGradient(random(images, pixels / 2, pixels / 2, channels), x, y)];
    },
  },
  {
    name: 'shortcut and average pool',
    run: (engine, random, { images, pixels, channels }) => {
      const x = random(images, pixels, pixels, channels);
      const pooled = engine.globalAveragePool({ values: x });
      return [
        engine.subsample(x, 2 * channels),
        pooled,
        engine.globalAveragePoolGradient(pooled, { values: x }),
      ];
    },
  },
  {
    name: 'matrix product and cross-entropy',
    run: (engine, random, { images, pixels }) => {
      const logits = engine.matMul(random(images, pixels), random(pixels, CLASSES), false, false);
      const targets = Float32Array.from({ length: images * CLASSES }, (_, index) =>
        index % (CLASSES + 1) === 0 ? 1 : 0,
      );
      const { loss, gradient } = engine.crossEntropy(logits, engine.tensor(targets, [images, CLASSES]));
      return [logits, loss, gradient];
    },
  },
  {
    name: 'linear map with GELU',
    run: (engine, random, { images, pixels, channels }) => {
      const weights = { kernel: random(channels, 2 * channels), bias: random(2 * channels) };
      const linear = { x: random(images, pixels, channels), weights, after: 'gelu' } as const;
      const result = engine.linear(linear);
      const gradients = engine.linearGradient(
        ...([random(images, pixels, 2 * channels), linear, result, true] as const),
      );
      return [result.output, gradients.kernel, gradients.bias, ...(gradients.x ? [gradients.x] : [])];
    },
  },
  {
    name: 'layer norm and attention',
    run: (engine, random, { images, pixels, channels }) => {
      const [x, scale, offset] = [random(images, pixels, channels), random(channels), random(channels)];
      const norm = { x, scale, offset, epsilon: EPSILON, exact: false };
      const normed = engine.layerNorm(norm);
      const gradients = engine.layerNormGradient(random(images, pixels, channels), norm, normed, undefined);
      const qkv = random(images, pixels, 3 * channels);
      const attended = engine.attention(qkv, HEADS);
      return [
        ...[normed.output, gradients.x, gradients.scale, gradients.offset, attended.output],
        engine.attentionGradient(random(images, pixels, channels), qkv, attended, HEADS),
      ];
    },
  },
];

/** relu(norm(conv(x)) + shortcut) with all of its gradients. */
function unitOf(
  engine: Engine,
  random: Random,
  { images, pixels, channels }: SampleSizes,
  stride: number,
): Tensor[] {
  const outputs = stride * channels;
  const side = pixels / stride;
  const values = random(images, pixels, pixels, channels);
  const kernel = random(3, 3, channels, outputs);
  const weights = { kernel, scale: random(outputs), offset: random(outputs) };
  const shortcut = engine.biasAdd(
    random(images, side, side, outputs),
    engine.tensor(
      Float32Array.from({ length: outputs }, (_, index) => (index % 2 === 0 ? OPEN : -OPEN)),
      [outputs],
    ),
  );
  const unit = {
    ...{ x: { values }, weights, geometry: { stride, padding: 1 }, epsilon: EPSILON },
    ...{ shortcut, shared: true },
  };
  const result = engine.unit(unit);
  const dy = random(images, side, side, outputs);
  const gradients = engine.unitGradient(dy, unit, result, { needed: true });
  return [
    ...[engine.materialize(result.output), result.mean, result.variance],
    ...[gradients.kernel, gradients.scale, gradients.offset, ...(gradients.x ? [gradients.x] : [])],
  ];
}

/** A few operations with their gradients, and training steps of a ResNet of eight layers with GAN. */
export async function samplesOf(engine: Engine, sizes: SampleSizes): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const { name, run } of CASES) samples.push(...(await operationSamples(engine, sizes, name, run)));
  for (const training of TRAININGS)
    samples.push(...(await trainingSamples(engine, sizes.trainedPixels, training)));
  return samples;
}

/** One for each tensor that comes out, for these differ in size. */
async function operationSamples(
  engine: Engine,
  sizes: SampleSizes,
  name: string,
  run: Case['run'],
): Promise<Sample[]> {
  const stream = randomStream(SEED, 'initialization', name);
  const random: Random = (...shape) =>
    engine.tensor(
      normal(1)(
        shape.reduce((product, length) => product * length, 1),
        stream,
      ),
      shape,
    );
  const { keep } = engine.scope(() => ({ keep: run(engine, random, sizes) }));
  const samples: Sample[] = [];
  for (const [index, tensor] of keep.entries()) {
    samples.push({ name: `${name}, ${index + 1}`, values: [...(await engine.read(tensor))] });
    tensor.dispose();
  }
  return samples;
}

/**
 * How far each base optimizer goes before its state is compared. Adam takes one step, and its weights are left out: where
 * a gradient is next to nothing, the step is the learning rate with the sign of a rounding error, and what follows goes
 * another way. Steps along the gradient stay together.
 */
const TRAININGS = [
  { base: 'adamw', steps: 1, withWeights: false },
  { base: 'sgd', steps: 3, withWeights: true },
] as const;

async function trainingSamples(
  engine: Engine,
  pixels: number,
  { base, steps, withWeights }: (typeof TRAININGS)[number],
): Promise<Sample[]> {
  const optimizer = { gradient: 'gan', base };
  const config = RunConfigSchema.parse({ name: 'agreement', model: 'resnet20', optimizer });
  const image = { height: pixels, width: pixels, channels: 3 };
  const methods = { ...methodsOf(config), model: () => resnet(8, { image, classes: CLASSES }) };
  const trial = new Trial(engine, methods, { image, classes: CLASSES });
  try {
    const reports = await trial.steps(steps);
    const { weights, optimizer: state } = await trial.snapshot();
    const left = [...state, ...(withWeights ? weights : [])];
    const deviations = reports.flatMap(({ layers }) => layers.map(({ gradStd }) => gradStd));
    return [
      { name: 'losses', values: reports.map(({ loss }) => loss) },
      { name: 'deviations of the gradients', values: deviations },
      ...left.map(([name, { data }]) => ({ name, values: [...data] })),
    ].map(({ name, values }) => ({ name: `gan+${base}, step ${steps}, ${name}`, values }));
  } finally {
    trial.dispose();
  }
}
