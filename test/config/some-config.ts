import fc from 'fast-check';
import { BACKEND_NAMES, LARGEST_SEED, MODEL_NAMES } from '../../src/config/index.js';

const positive = fc.double({ min: 1e-12, max: 1e6, noNaN: true });
const rate = fc.double({ min: 0, max: 0.999, noNaN: true });
const count = fc.integer({ min: 1, max: 1_000_000 });
const factor = fc.double({ min: 1e-6, max: 1, noNaN: true });

const decay = fc.oneof(
  fc.constant('constant' as const),
  fc.record({ step: fc.record({ every: count, factor }) }),
  fc.record({
    multistep: fc.record({
      at: fc.uniqueArray(count, { minLength: 1 }).map((epochs) => epochs.toSorted((a, b) => a - b)),
      factor,
    }),
  }),
  fc.record({ cosine: fc.record({ minimum: fc.constant(0) }) }),
);

/** A model, with options just where it reads any. */
const someModel = fc.constantFrom(...MODEL_NAMES).chain((model) =>
  fc.record({
    model: fc.constant(model),
    ...(model.startsWith('vit')
      ? { modelOptions: fc.record({ pool: fc.constantFrom('class', 'mean') }) }
      : {}),
  }),
);

const someKeys = fc.record(
  {
    name: fc.stringMatching(/^[a-z0-9]([a-z0-9_-]{0,20}[a-z0-9])?$/),
    dataset: fc.record(
      {
        name: fc.constantFrom('cifar100' as const, 'cifar10' as const),
        trainSamples: fc.integer({ min: 1000, max: 50_000 }),
        testSamples: fc.integer({ min: 1, max: 10_000 }),
        shuffle: fc.boolean(),
        augmentation: fc.constantFrom('crop-flip' as const, 'none' as const),
      },
      { requiredKeys: ['name', 'shuffle', 'augmentation'] },
    ),
    optimizer: fc.record({
      gradient: fc.constantFrom(
        'none' as const,
        'zscore' as const,
        'gan' as const,
        'centralize' as const,
        'clip' as const,
      ),
      eligible: fc.constantFrom('matrices' as const, 'all' as const),
      base: fc.constantFrom('adamw' as const, 'adam' as const),
      learningRate: positive,
      weightDecay: positive,
      beta1: rate,
      beta2: rate,
      epsilon: positive,
      momentum: rate,
      nesterov: fc.boolean(),
      clipNorm: positive,
      gan: fc.record({ center: fc.boolean(), autoscale: fc.boolean(), adaptiveExponent: fc.boolean() }),
    }),
    schedule: fc.record({ warmupEpochs: fc.nat(100), decay }),
    loss: fc.record({ labelSmoothing: rate }),
    regularization: fc.oneof(
      fc.constant({}),
      fc.record({ cutmix: positive }),
      fc.record({ mixup: positive }),
    ),
    epochs: count,
    maxSteps: count,
    batchSize: fc.integer({ min: 1, max: 1000 }),
    evalBatchSize: count,
    seeds: fc.uniqueArray(fc.integer({ min: 0, max: LARGEST_SEED }), { minLength: 1 }),
    backend: fc.constantFrom(...BACKEND_NAMES),
    precision: fc.constant('float32' as const),
    log: fc.record({ everySteps: fc.nat() }),
    checkpoint: fc.record({ everyEpochs: count, keep: count, initial: fc.boolean() }),
    output: fc.string({ minLength: 1 }),
  },
  {
    requiredKeys: [
      'name',
      'dataset',
      'optimizer',
      'schedule',
      'loss',
      'regularization',
      'epochs',
      'batchSize',
      'evalBatchSize',
      'seeds',
      'backend',
      'precision',
      'log',
      'checkpoint',
      'output',
    ],
  },
);

/** Any resolved configuration without contradictions. */
export const someConfig = fc.tuple(someModel, someKeys).map(([model, keys]) => ({ ...keys, ...model }));
