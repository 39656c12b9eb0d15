import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BACKEND_NAMES,
  diffConfigs,
  LARGEST_SEED,
  loadConfig,
  MODEL_NAMES,
  parseResolvedConfig,
} from '../../src/config/index.js';
import { UserError } from '../../src/errors.js';

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

const resolved = fc.record(
  {
    name: fc.stringMatching(/^[a-z0-9]([a-z0-9_-]{0,20}[a-z0-9])?$/),
    model: fc.constantFrom(...MODEL_NAMES),
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
      'model',
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

describe('parseResolvedConfig', () => {
  it('reads back exactly what was stored', () => {
    fc.assert(
      fc.property(resolved, (config) => {
        const stored = JSON.stringify(config);
        expect(parseResolvedConfig(stored, 'config.json')).toStrictEqual(JSON.parse(stored));
        expect(diffConfigs(JSON.parse(stored), parseResolvedConfig(stored, 'config.json'))).toStrictEqual([]);
      }),
    );
  });

  it('fills in keys that a later version added', async () => {
    const config = await loadConfig('configs/resnet20-gan.json');
    const older = { ...config, evalBatchSize: undefined };
    expect(parseResolvedConfig(JSON.stringify(older), 'config.json')).toStrictEqual(config);
  });

  it.each([
    ['{"model": "resnet20"', /config\.json: .*JSON/],
    ['[]', /config\.json: /],
    [
      '{"model": "resnet20", "name": "a", "epochs": 0}',
      /config\.json: epochs: found 0; allowed: a whole number/,
    ],
    ['{"model": "resnet20", "name": "a", "__proto__": {}}', /config\.json: __proto__: unknown key/],
    ['{"model": "resnet20"}', /config\.json: name: missing/],
  ])('refuses %s and says why', (text, message) => {
    const parse = () => parseResolvedConfig(text, 'runs/config.json');
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^runs\/config\.json is not the configuration of a run that can be continued/);
  });
});

describe('diffConfigs', () => {
  it('names each key that differs, with both values, and passes over seeds and output', async () => {
    const before = await loadConfig('configs/resnet56-gan-strong.json');
    const now = await loadConfig('configs/resnet56-gan-strong.json', {
      set: [
        'epochs=100',
        'optimizer.gan.center=false',
        'regularization.cutmix=null',
        'schedule.decay={multistep: {at: [60, 120]}}',
        'dataset.trainSamples=5000',
      ],
      seeds: [1],
      output: 'elsewhere',
    });
    expect(diffConfigs(before, now).toSorted()).toStrictEqual([
      'dataset.trainSamples: was not set, now 5000',
      'epochs: was 200, now 100',
      'optimizer.gan.center: was true, now false',
      'regularization.cutmix: was 1, now not set',
      'schedule.decay.multistep.at: was not set, now [60,120]',
      'schedule.decay.multistep.factor: was not set, now 0.1',
      'schedule.decay.step.every: was 30, now not set',
      'schedule.decay.step.factor: was 0.75, now not set',
    ]);
    expect(diffConfigs(now, now)).toStrictEqual([]);
  });

  it('takes a key that an older version did not have as its default', async () => {
    const now = await loadConfig('configs/smoke.json');
    const { precision, ...older } = now;
    expect(precision).toBe('float32');
    expect(diffConfigs(older, now)).toStrictEqual([]);
    expect(diffConfigs(older, { ...now, precision: 'bfloat16' })).toStrictEqual([
      'precision: was "float32", now "bfloat16"',
    ]);
  });

  it('takes anything for the stored side', async () => {
    const now = await loadConfig('configs/smoke.json');
    for (const stored of [undefined, null, 5, 'x', []]) {
      expect(diffConfigs(stored, now)).toContain('model: was not set, now "resnet20"');
    }
  });
});
