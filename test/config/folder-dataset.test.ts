import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configDifferences, loadConfig, trainingKey } from '../../src/config/index.js';
import { complaints, folderWith } from './folder.js';

const OWN = { model: 'resnet20', dataset: { folder: '../data/digits', format: 'idx' } };

describe('a data set in a folder', () => {
  it('is found from the file that names it, and has an absolute path and no name from then on', async () => {
    const folder = await folderWith({
      'base/own.json': OWN,
      'top.json': { extends: 'base/own.json', epochs: 3 },
    });
    const { dataset } = await loadConfig(join(folder, 'top.json'));
    expect(dataset).toEqual({
      folder: join(folder, 'data/digits'),
      ...{ format: 'idx', shuffle: true, augmentation: 'crop-flip' },
    });
    const again = await folderWith({ 'config.json': { model: 'resnet20', dataset } });
    expect((await loadConfig(join(again, 'config.json'))).dataset).toEqual(dataset);
  });

  it('is found from the current folder where the command line names it', async () => {
    const folder = await folderWith({ 'c.json': OWN });
    const { dataset } = await loadConfig(join(folder, 'c.json'), { set: ['dataset.folder=some/where'] });
    expect(dataset).toMatchObject({ folder: resolve('some/where'), format: 'idx' });
  });

  it('takes the place of an inherited name, and a name that of an inherited folder', async () => {
    const folder = await folderWith({
      'named.json': { model: 'resnet20', dataset: { name: 'cifar10', augmentation: 'none' } },
      'own.json': { extends: 'named.json', dataset: { folder: 'pets', format: 'images', size: 32 } },
      'named-again.json': { extends: 'own.json', dataset: { name: 'cifar100' } },
    });
    const datasetOf = async (file: string) => (await loadConfig(join(folder, file))).dataset;
    expect(await datasetOf('own.json')).toEqual({
      ...{ folder: join(folder, 'pets'), format: 'images', size: 32 },
      ...{ shuffle: true, augmentation: 'none' },
    });
    expect(await datasetOf('named-again.json')).toEqual({
      ...{ name: 'cifar100', shuffle: true, augmentation: 'none' },
    });
  });

  it('is the same experiment wherever the folder lies, and another with another folder', async () => {
    const folder = await folderWith({ 'a/c.json': OWN, 'b/b/c.json': OWN });
    const set = ['name=c'];
    const [a, b] = [
      await loadConfig(join(folder, 'a/c.json'), { set }),
      await loadConfig(join(folder, 'b/b/c.json'), { set }),
    ];
    expect(a.dataset).not.toEqual(b.dataset);
    expect(trainingKey(a)).toBe(trainingKey(b));
    const other = await loadConfig(join(folder, 'a/c.json'), { set: ['dataset.folder=letters'] });
    expect(configDifferences(a, other)).toEqual(['dataset.folder: was "digits", now "letters"']);
  });

  it.each<[dataset: object, key: string, says: string]>([
    [{ folder: 'pets' }, 'dataset.format', 'missing; give cifar, idx, images'],
    [{ folder: 'pets', format: 'zip' }, 'dataset.format', 'found "zip"; allowed: cifar, idx, images'],
    [
      { name: 'cifar10', folder: 'pets', format: 'idx' },
      'dataset.folder',
      'either it or dataset.name (cifar10), not both',
    ],
    [{ format: 'idx' }, 'dataset.format', 'found "idx"; allowed: only with dataset.folder'],
    [{ size: 32 }, 'dataset.size', 'found 32; allowed: only with dataset.folder'],
    [
      { folder: 'd', format: 'idx', size: 32 },
      'dataset.size',
      'found 32; allowed: only with dataset.format: images',
    ],
    [{ folder: 'd', format: 'images', size: 2000 }, 'dataset.size', 'a whole number from 1 to 1024'],
    [{ folder: '', format: 'images' }, 'dataset.folder', 'found ""'],
  ])('is refused as %j', async (dataset, key, says) => {
    const [first = ''] = await complaints(
      await folderWith({ 'c.json': { model: 'resnet20', dataset } }),
      'c.json',
    );
    expect(first).toContain(` ${key}: `);
    expect(first).toContain(says);
  });

  it('may have any number of images, as far as can be told without looking', async () => {
    const folder = await folderWith({ 'c.json': OWN });
    const set = ['dataset.trainSamples=9000000', 'batchSize=70000'];
    expect((await loadConfig(join(folder, 'c.json'), { set })).batchSize).toBe(70_000);
    const few = { set: ['dataset.trainSamples=8', 'batchSize=9'] };
    await expect(loadConfig(join(folder, 'c.json'), few)).rejects.toThrow(
      'at most 8, the number of training images',
    );
  });
});
