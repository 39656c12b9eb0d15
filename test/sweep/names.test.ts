import { beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, type RunConfig } from '../../src/config/index.js';
import { memberName } from '../../src/sweep/names.js';
import type { Setting } from '../../src/sweep/sweep.js';

let base: RunConfig;

beforeAll(async () => {
  // AdamW at 1e-3, weight decay 5e-5, batches of 256, 200 epochs, decay by step { every: 30, factor: 0.75 }.
  base = await loadConfig('configs/resnet20-adamw.json');
});

const settings = (keys: Readonly<Record<string, unknown>>): Setting[] =>
  Object.entries(keys).map(([key, value]) => ({ path: key.split('.'), value }));

describe('a member is named after what varies:', () => {
  it.each<[string, Record<string, unknown>]>([
    // Words stand for themselves and come first, the base's own too.
    ['adamw', { optimizer: 'adamw' }],
    ['resnet56-gan', { optimizer: 'gan', model: 'resnet56' }],
    ['cifar10', { 'dataset.name': 'cifar10' }],
    ['digits', { 'dataset.folder': '../data/digits' }],
    ['adamw-my-pets-2', { 'dataset.folder': '/data/My pets (2)/../_my pets (2)', optimizer: 'adamw' }],
    ['bfloat16', { precision: 'bfloat16' }],
    ['gan-bs128', { batchSize: 128, optimizer: 'gan' }],
    ['sgd-clip', { 'optimizer.gradient': 'clip', 'optimizer.base': 'sgd' }],
    ['gradient-none', { 'optimizer.gradient': 'none' }],
    ['backend-auto', { backend: 'auto' }],
    // Numbers: initials and the fewest characters.
    ['gan-lr3e-4', { optimizer: 'gan', 'optimizer.learningRate': 3e-4 }],
    ['lr1.5e-4', { 'optimizer.learningRate': 1.5e-4 }],
    ['lr0.01', { 'optimizer.learningRate': 0.01 }],
    ['wd0', { 'optimizer.weightDecay': 0 }],
    ['bs128-wd1e-4', { batchSize: 128, 'optimizer.weightDecay': 1e-4 }],
    ['ls0.1', { 'loss.labelSmoothing': 0.1 }],
    ['epochs60', { epochs: 60 }],
    ['epochs1000', { epochs: 1000 }],
    ['ms1e6', { maxSteps: 1_000_000 }],
    ['beta1-0.99', { 'optimizer.beta1': 0.99 }],
    // Two keys have the initials ts: they are written out, whether or not the other one varies.
    ['trainSamples1000', { 'dataset.trainSamples': 1000 }],
    ['testSamples1000', { 'dataset.testSamples': 1000 }],
    ['step-factor0.5', { 'schedule.decay.step.factor': 0.5 }],
    // Switches, nulls, other words and lists.
    ['nesterov', { 'optimizer.nesterov': true }],
    ['gan-no-autoscale', { 'optimizer.gan.autoscale': false, 'optimizer.gradient': 'gan' }],
    ['augmentation-none', { 'dataset.augmentation': 'none' }],
    ['at-30_60', { 'schedule.decay.multistep.at': [30, 60] }],
    // A kind of decay, with the keys that it is given.
    ['constant', { 'schedule.decay': 'constant' }],
    ['cosine', { 'schedule.decay': { cosine: {} } }],
    ['cosine-minimum1e-5', { 'schedule.decay': { cosine: { minimum: 1e-5 } } }],
    ['step-every10-factor0.5', { 'schedule.decay': { step: { factor: 0.5, every: 10 } } }],
    ['multistep-at-30_60-factor0.2', { 'schedule.decay': { multistep: { at: [30, 60], factor: 0.2 } } }],
    // An object is the keys in it.
    ['gan-lr5e-4-no-center', { optimizer: { learningRate: 5e-4, gradient: 'gan', gan: { center: false } } }],
    ['mixup0.2', { regularization: { mixup: 0.2 } }],
    ['vit-tiny-pool-mean', { model: 'vit-tiny', 'modelOptions.pool': 'mean' }],
    // What the base has is left out.
    [
      'gan',
      { optimizer: 'gan', 'optimizer.learningRate': 1e-3, batchSize: 256, 'optimizer.gan.center': true },
    ],
    ['base', { batchSize: 256, 'schedule.decay': { step: {} }, 'dataset.augmentation': 'crop-flip' }],
    ['base', { 'regularization.cutmix': null, regularization: {} }],
    ['base', {}],
  ])('%s', (name, keys) => {
    expect(memberName(settings(keys), base)).toBe(name);
    expect(memberName(settings(keys).toReversed(), base)).toBe(name);
  });

  it('null is told where the base has what it takes away', () => {
    const strong = { ...base, regularization: { cutmix: 1 } };
    expect(memberName(settings({ 'regularization.cutmix': null }), strong)).toBe('no-cutmix');
    expect(memberName(settings({ 'regularization.cutmix': 1 }), strong)).toBe('base');
  });

  it('a key of an outer value that an inner key sets again is named once', () => {
    const keys = { optimizer: { gradient: 'gan', learningRate: 5e-4 }, 'optimizer.learningRate': 3e-4 };
    expect(memberName(settings(keys), base)).toBe('gan-lr3e-4');
    expect(memberName(settings(keys).toReversed(), base)).toBe('gan-lr3e-4');
  });

  it('what is too long for a folder ends in a hash of the whole', () => {
    const at = Array.from({ length: 40 }, (_, index) => 10 + index);
    const long = memberName(settings({ 'schedule.decay': { multistep: { at } } }), base);
    const other = memberName(settings({ 'schedule.decay': { multistep: { at: [...at, 99] } } }), base);
    expect(long).toMatch(/^multistep-at-10_11_.*-[\da-f]{8}$/);
    expect(long).toHaveLength(100);
    expect(other.slice(0, 91)).toBe(long.slice(0, 91));
    expect(other).not.toBe(long);
  });
});
