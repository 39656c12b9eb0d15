import { describe, expect, it } from 'vitest';
import { complaints, folderWith } from './folder.js';

/** The complaints about a configuration that is otherwise right. */
async function about(keys: object): Promise<string[]> {
  return complaints(await folderWith({ 'c.json': { model: 'resnet20', ...keys } }), 'c.json');
}

describe('keys that contradict each other', () => {
  const mini = { name: 'cifar100-mini' };

  it.each([
    [
      { dataset: { ...mini, trainSamples: 2000 } },
      'dataset.trainSamples',
      '2000',
      'at most 1000, the training images of cifar100-mini',
    ],
    [
      { dataset: { ...mini, testSamples: 501 } },
      'dataset.testSamples',
      '501',
      'at most 500, the test images of cifar100-mini',
    ],
    [
      { dataset: { trainSamples: 100 }, batchSize: 101 },
      'batchSize',
      '101',
      'at most 100, the number of training images (an incomplete batch is dropped)',
    ],
    [
      { dataset: { ...mini, validation: 1000 } },
      'dataset.validation',
      '1000',
      'at most 999: cifar100-mini has 1000 training images, and one must be left',
    ],
    [
      { dataset: { ...mini, validation: 100, trainSamples: 901 } },
      'dataset.trainSamples',
      '901',
      'at most 900, the training images of cifar100-mini that dataset.validation (100) leaves',
    ],
    [
      { dataset: { ...mini, validation: 100 }, batchSize: 901 },
      'batchSize',
      '901',
      'at most 900, the number of training images that dataset.validation (100) leaves (an incomplete batch is dropped)',
    ],
    [
      { checkpoint: { best: 'validation' } },
      'checkpoint.best',
      '"validation"',
      'only with dataset.validation: say how many training images to hold out',
    ],
    [
      { optimizer: { base: 'sgd', nesterov: true, momentum: 0 } },
      'optimizer.nesterov',
      'true',
      'true only with a momentum above 0',
    ],
    [
      { precision: 'bfloat16', backend: 'wasm' },
      'precision',
      '"bfloat16"',
      'float32 with backend wasm; bfloat16 needs backend tensorflow',
    ],
    [
      { schedule: { decay: { cosine: { minimum: 0.01 } } } },
      'schedule.decay.cosine.minimum',
      '0.01',
      'at most optimizer.learningRate, which is 0.001',
    ],
  ])('%j', async (keys, key, found, allowed) => {
    const [line, ...others] = await about(keys);
    expect(others).toStrictEqual([]);
    expect(line).toMatch(/^c\.json:\d+:\d+: /);
    expect(line?.replace(/^c\.json:\d+:\d+: /, '')).toBe(`${key}: found ${found}; allowed: ${allowed}`);
  });

  it('are shown in the source that set the key last', async () => {
    const folder = await folderWith({ 'c.json': { model: 'resnet20', dataset: mini } });
    expect(await complaints(folder, 'c.json', { set: ['dataset.trainSamples=2000'] })).toStrictEqual([
      '--set dataset.trainSamples=2000: dataset.trainSamples: found 2000; allowed: at most 1000, the training images of cifar100-mini',
    ]);
  });
});
