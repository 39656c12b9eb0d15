import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig, loadConfig, type RunConfig } from '../../src/config/index.js';
import { folderWith } from './folder.js';

const models = ['resnet20', 'resnet56', 'vgg16bn'] as const;
const optimizers = { adamw: 'none', zscore: 'zscore', gan: 'gan' } as const;

/** The recipe, written out by hand: batch 256, 200 epochs, 1e-3, decay 5e-5, warm-up 5, then × 0.75 every 30 epochs. */
function recipe(model: RunConfig['model'], word: keyof typeof optimizers): RunConfig {
  return {
    name: `${model}-${word}`,
    model,
    dataset: { name: 'cifar100', shuffle: true, augmentation: 'crop-flip' },
    optimizer: {
      gradient: optimizers[word],
      eligible: 'matrices',
      base: 'adamw',
      learningRate: 0.001,
      weightDecay: 0.00005,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 0.00000001,
      momentum: 0.9,
      nesterov: false,
      clipNorm: 1,
      gan: { center: true, autoscale: true, adaptiveExponent: true },
    },
    schedule: { warmupEpochs: 5, decay: { step: { every: 30, factor: 0.75 } } },
    loss: { labelSmoothing: 0 },
    regularization: {},
    epochs: 200,
    batchSize: 256,
    evalBatchSize: 500,
    seeds: [42, 52, 62],
    backend: 'auto',
    precision: 'float32',
    log: { everySteps: 0 },
    checkpoint: { everyEpochs: 1, keep: 2, initial: false },
    output: 'results',
  };
}

describe('the presets', () => {
  const cases = models.flatMap((model) =>
    (['adamw', 'zscore', 'gan'] as const).map((word) => [model, word] as const),
  );

  it.each(cases)('%s-%s is the recipe with that model and optimizer', async (model, word) => {
    expect(await loadConfig(`configs/${model}-${word}.json`)).toStrictEqual(recipe(model, word));
  });

  it('have a variant with label smoothing 0.1 and CutMix (β = 1), otherwise the same', async () => {
    expect(await loadConfig('configs/resnet56-gan-strong.json')).toStrictEqual({
      ...recipe('resnet56', 'gan'),
      name: 'resnet56-gan-strong',
      loss: { labelSmoothing: 0.1 },
      regularization: { cutmix: 1 },
    });
  });

  it.each(['adamw', 'zscore', 'gan'] as const)(
    'vit-tiny-%s is the recipe of the Vision Transformers, otherwise the same',
    async (word) => {
      const { optimizer, ...rest } = recipe('vit-tiny', word);
      expect(await loadConfig(`configs/vit-tiny-${word}.json`)).toStrictEqual({
        ...rest,
        modelOptions: { pool: 'class' },
        optimizer: { ...optimizer, weightDecay: 0.05 },
        schedule: { warmupEpochs: 10, decay: { cosine: { minimum: 0.000005 } } },
        loss: { labelSmoothing: 0.1 },
        epochs: 100,
        batchSize: 128,
      });
    },
  );

  it('are the defaults, but for model, optimizer and seeds', async () => {
    const folder = await folderWith({
      'vgg16bn-zscore.json': { model: 'vgg16bn', optimizer: 'zscore', seeds: [42, 52, 62] },
    });
    const bare = await loadConfig(join(folder, 'vgg16bn-zscore.json'));
    expect(await loadConfig('configs/vgg16bn-zscore.json')).toStrictEqual(bare);
  });
});

describe('the other configurations', () => {
  it('smoke trains ResNet-20 with GAN on the embedded subset, 100 steps in all, and logs them', async () => {
    const smoke = await loadConfig('configs/smoke.json');
    expect(smoke).toMatchObject({ model: 'resnet20', dataset: { name: 'cifar100-mini' }, seeds: [42] });
    expect(smoke.optimizer).toStrictEqual(recipe('resnet20', 'gan').optimizer);
    expect((1000 / smoke.batchSize) * smoke.epochs).toBe(100);
    expect(smoke.log.everySteps).toBe(1);
  });

  it('the YAML example overrides a preset', async () => {
    const example = await loadConfig('configs/example.yaml');
    expect(example).toMatchObject({ name: 'example', model: 'resnet20', seeds: [1, 2, 3] });
    expect(example.optimizer).toMatchObject({
      gradient: 'gan',
      base: 'sgd',
      learningRate: 0.1,
      weightDecay: 5e-5,
    });
    expect(example.schedule).toStrictEqual({ warmupEpochs: 2, decay: { cosine: { minimum: 0.0001 } } });
  });

  it('every file in configs/ is right, and what only others extend says so', async () => {
    const files = (await readdir('configs', { recursive: true })).filter((file) =>
      /\.(json|ya?ml)$/.test(file),
    );
    expect(files.length).toBeGreaterThanOrEqual(22);
    for (const file of files) {
      const [folder = ''] = file.split('/');
      const outcome = { base: 'base', sweeps: 'sweep' }[folder] ?? 'right';
      expect(await checkConfig(`configs/${file}`), file).toMatchObject({ outcome });
    }
  });
});
