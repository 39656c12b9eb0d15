import { createHash } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset, loadFormat } from '../../src/data/cifar.js';
import { type DatasetFormat, DATASETS } from '../../src/data/formats.js';
import { valuesOf } from '../../src/support/images.js';
import { isPresent, resolveDataRoot } from '../../src/data/paths.js';
import { pixel, recordFile, temporaryFolder, tiny, writeDataset } from './fixtures.js';

const IMAGE_BYTES = valuesOf(DATASETS.cifar100.image);

/** CIFAR-10's layout: one label byte, the training images in two files. */
const oneLabel: DatasetFormat = {
  ...DATASETS.cifar10,
  classes: 3,
  folder: 'one-label',
  files: [
    { name: 'data_batch_1.bin', split: 'train', records: 3, sha256: undefined },
    { name: 'data_batch_2.bin', split: 'train', records: 3, sha256: undefined },
    { name: 'test_batch.bin', split: 'test', records: 3, sha256: undefined },
  ],
};

describe('loading', () => {
  it('turns the planes of a record into rows, columns, channels', async () => {
    const { train } = await loadFormat(tiny, await writeDataset(tiny, await temporaryFolder()), {});
    expect(train.count).toBe(4);
    expect([...train.labels]).toEqual([0, 1, 0, 1]);
    expect(train.images).toHaveLength(4 * IMAGE_BYTES);
    for (const [record, row, column, channel] of [
      [0, 0, 0, 0],
      [0, 0, 1, 2],
      [1, 31, 31, 2],
      [3, 17, 5, 1],
    ] as const)
      expect(train.images[((record * 32 + row) * 32 + column) * 3 + channel]).toBe(
        pixel(record, channel, row, column),
      );
  });

  it('reads images of another size and number of channels', async () => {
    const image = { height: 3, width: 5, channels: 2 };
    const format = { ...tiny, image, normalization: { mean: [0, 0], std: [1, 1] } };
    const data = await loadFormat(format, await writeDataset(format, await temporaryFolder()), {});
    expect(data.image).toEqual(image);
    expect(data.train.images).toHaveLength(4 * 30);
    for (const [row, column, channel] of [
      [0, 0, 1],
      [2, 4, 0],
      [1, 3, 1],
    ] as const)
      expect(data.train.images[(3 * 15 + row * 5 + column) * 2 + channel]).toBe(pixel(3, channel, row, column));
  });

  it('joins the files of a split in order, with one label a record', async () => {
    const folder = await writeDataset(oneLabel, await temporaryFolder());
    await writeFile(join(folder, 'data_batch_2.bin'), recordFile(oneLabel, [2, 2, 0]));
    const { train, test, classes } = await loadFormat(oneLabel, folder, {});
    expect([...train.labels]).toEqual([0, 1, 2, 2, 2, 0]);
    expect(train.images[4 * IMAGE_BYTES]).toBe(pixel(1, 0, 0, 0));
    expect(test.count).toBe(3);
    expect(classes).toBe(3);
  });

  it('gives the SHA-256 of every file, also of those it uses a part of', async () => {
    const folder = await writeDataset(oneLabel, await temporaryFolder());
    const { checksums } = await loadFormat(oneLabel, folder, { trainSamples: 1 });
    expect(Object.keys(checksums)).toEqual(['data_batch_1.bin', 'data_batch_2.bin', 'test_batch.bin']);
    const bytes = await readFile(join(folder, 'data_batch_2.bin'));
    expect(checksums['data_batch_2.bin']).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('takes a balanced subset, in file order, of images and labels alike', async () => {
    const folder = await writeDataset(oneLabel, await temporaryFolder());
    await writeFile(join(folder, 'data_batch_1.bin'), recordFile(oneLabel, [0, 0, 0]));
    await writeFile(join(folder, 'data_batch_2.bin'), recordFile(oneLabel, [1, 0, 2]));
    const { train } = await loadFormat(oneLabel, folder, { trainSamples: 4 });
    expect([...train.labels]).toEqual([0, 0, 1, 2]);
    expect([0, 1, 2, 3].map((image) => train.images[image * IMAGE_BYTES])).toEqual(
      [0, 1, 0, 2].map((record) => pixel(record, 0, 0, 0)),
    );
  });

  it('has the embedded subset at hand: 10 and 5 images of each class', async () => {
    const data = await loadDataset({ name: 'cifar100-mini', directory: '/nowhere' });
    expect([data.train.count, data.test.count, data.classes]).toEqual([1000, 500, 100]);
    const counts = (labels: Iterable<number>): number[] =>
      Array.from({ length: 100 }, (_, label) => [...labels].filter((found) => found === label).length);
    expect(new Set(counts(data.train.labels))).toEqual(new Set([10]));
    expect(new Set(counts(data.test.labels))).toEqual(new Set([5]));
    // The first training image of CIFAR-100: cattle, on a white background.
    expect(data.train.labels[0]).toBe(19);
    expect([...data.train.images.subarray(0, 3)]).toEqual([255, 255, 255]);
    // The checksums that data/README.md states.
    for (const { name, sha256 } of DATASETS['cifar100-mini'].files) expect(data.checksums[name]).toBe(sha256);
  });
});

describe('wrong data', () => {
  it.each([
    ['trainSamples', 1001, 1000, 'training'],
    ['testSamples', 0, 500, 'test'],
    ['testSamples', 2.5, 500, 'test'],
  ])('names the key %s when it is %d', async (key, samples, available, split) => {
    const loading = loadDataset({ name: 'cifar100-mini', directory: '.', [key]: samples });
    await expect(loading).rejects.toMatchObject({ code: 'config', exitCode: 2 });
    await expect(loading).rejects.toThrow(
      `dataset.${key}: found ${samples}, but cifar100-mini has ${available} ${split} images; ` +
        `give a whole number from 1 to ${available}`,
    );
  });

  it('counts what is held out before what is trained on', async () => {
    const load = (samples: object) => loadDataset({ name: 'cifar100-mini', directory: '.', ...samples });
    await expect(load({ validation: 1000 })).rejects.toThrow(
      'dataset.validation: found 1000, but cifar100-mini has 1000 training images; give a whole number from 1 to 999, or ' +
        'leave the key out to hold out none',
    );
    await expect(load({ validation: 100, trainSamples: 901 })).rejects.toThrow(
      'dataset.trainSamples: found 901, but cifar100-mini has 1000 training images, of which dataset.validation holds out ' +
        '100; give a whole number from 1 to 900',
    );
  });

  it('says how to get a data set that is missing', async () => {
    const root = await temporaryFolder();
    const loading = loadDataset({ name: 'cifar100', directory: root });
    await expect(loading).rejects.toMatchObject({ code: 'data' });
    await expect(loading).rejects.toThrow(join(root, 'cifar-100-binary'));
    await expect(loading).rejects.toThrow('gan-bench data fetch cifar100');
  });

  it('names the file that has the wrong size', async () => {
    const folder = await writeDataset(tiny, await temporaryFolder());
    await truncate(join(folder, 'test.bin'), 5000);
    await expect(loadFormat(tiny, folder, {})).rejects.toThrow(
      'test.bin has 5000 bytes, expected 6148 (2 records of 3074 bytes)',
    );
  });

  it('names the record whose label is out of range', async () => {
    const folder = await writeDataset(tiny, await temporaryFolder());
    await writeFile(join(folder, 'train.bin'), recordFile(tiny, [0, 1, 7, 8]));
    await expect(loadFormat(tiny, folder, {})).rejects.toThrow(
      'train.bin: 2 class label(s) out of range: record 2 has 7, allowed are 0 to 1',
    );
  });

  it('is not taken for present when a file is missing', async () => {
    const root = await temporaryFolder();
    expect(await isPresent('cifar100', root)).toBe(false);
    await rm(root, { recursive: true });
    expect(await isPresent('cifar100', root)).toBe(false);
    expect(await isPresent('cifar100-mini', root)).toBe(true);
  });
});

describe('the data root', () => {
  it.each([
    [{ option: 'a', env: { GAN_BENCH_DATA: 'b' } }, 'a'],
    [{ env: { GAN_BENCH_DATA: '/b' } }, '/b'],
    [{ env: { GAN_BENCH_DATA: '' } }, 'data'],
    [{ option: undefined, env: {} }, 'data'],
  ])('of %j is %s', (sources, expected) => {
    expect(resolveDataRoot(sources)).toBe(resolve(expected));
  });

  it('must not be an empty option', () => {
    expect(() => resolveDataRoot({ option: '', env: {} })).toThrow('the data folder given is empty');
  });
});
