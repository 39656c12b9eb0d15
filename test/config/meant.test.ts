import { describe, expect, it } from 'vitest';
import { complaints, folderWith } from './folder.js';

/** What the only complaint about these keys suggests, with everything before it cut off. */
async function suggested(keys: object): Promise<string | undefined> {
  const lines = await complaints(await folderWith({ 'c.json': { model: 'resnet20', ...keys } }), 'c.json');
  return /; did you mean (.+)\?$/.exec(lines[0] ?? '')?.[1];
}

describe('a key that was meant', () => {
  it.each([
    ['optimizer', 'lr', '"learningRate"'],
    ['optimizer', 'LR', '"learningRate"'],
    ['optimizer', 'wd', '"weightDecay"'],
    ['optimizer', 'eps', '"epsilon"'],
    ['optimizer', 'momentun', '"momentum"'],
    ['optimizer', 'type', '"base"'],
    ['optimizer', 'name', '"base"'],
    ['optimizer', 'betas', '"beta1"'],
    ['optimizer', 'clip', '"clipNorm"'],
    ['optimizer', 'max_norm', '"clipNorm"'],
    ['loss', 'label_smoothing', '"labelSmoothing"'],
    ['loss', 'smoothing', '"labelSmoothing"'],
    ['schedule', 'warmup', '"warmupEpochs"'],
    ['schedule', 'milestones', '"schedule.decay.multistep.at"'],
    ['regularization', 'cut-mix', '"cutmix"'],
    ['checkpoint', 'interval', '"everyEpochs"'],
    ['log', 'interval', '"everySteps"'],
  ])('beside it: %s.%s', async (section, key, meant) => {
    expect(await suggested({ [section]: { [key]: 1 } })).toBe(meant);
  });

  it.each([
    ['bs', '"batchSize"'],
    ['batch', '"batchSize"'],
    ['num_epochs', '"epochs"'],
    ['arch', '"model"'],
    ['seed', '"seeds"'],
    ['device', '"backend"'],
    ['out', '"output"'],
    ['scheduler', '"schedule"'],
    ['lr', '"optimizer.learningRate"'],
    ['wd', '"optimizer.weightDecay"'],
    ['warmup', '"schedule.warmupEpochs"'],
    ['transform', '"optimizer.gradient"'],
    ['gamma', '"schedule.decay.step.factor"'],
    ['frobnicate', undefined],
  ])('or elsewhere: %s', async (key, meant) => {
    expect(await suggested({ [key]: 1 })).toBe(meant);
  });

  it('among the kinds of decay', async () => {
    expect(await suggested({ schedule: { decay: { cosin: {} } } })).toBe('"cosine"');
    expect(await suggested({ schedule: { decay: { cosine: { eta_min: 0 } } } })).toBe('"minimum"');
    expect(await suggested({ schedule: { decay: { multistep: { at: [1], gamma: 0.1 } } } })).toBe('"factor"');
  });
});

describe('a value that was meant', () => {
  it.each([
    [{ model: 'resnet-20' }, '"resnet20"'],
    [{ model: 'ResNet20' }, '"resnet20"'],
    [{ model: 'vgg16' }, '"vgg16bn"'],
    [{ dataset: { name: 'CIFAR-100' } }, '"cifar100"'],
    [{ precision: 'bf16' }, '"bfloat16"'],
    [{ backend: 'tf' }, '"tensorflow"'],
    [{ optimizer: 'AdamW' }, '"adamw"'],
    [{ optimizer: 'Adam' }, '{"base": "adam"}'],
    [{ optimizer: 'SGD' }, '{"base": "sgd"}'],
    [{ optimizer: 'clip' }, '{"gradient": "clip"}'],
    [{ optimizer: { base: 'AdamW' } }, '"adamw"'],
    [{ optimizer: { gradient: 'z-score' } }, '"zscore"'],
    [{ schedule: { decay: 'cosin' } }, '{"cosine": {}}'],
    [{ schedule: { decay: 'multistep' } }, '{"multistep": {"at": …}}'],
    [{ schedule: 'cosine' }, '{"decay": {"cosine": {}}}'],
    [{ model: 'transformer' }, undefined],
  ])('%j', async (keys, meant) => {
    expect(await suggested(keys)).toBe(meant);
  });
});
