import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFolder, openFolder } from '../../../src/data/folder/load.js';
import type { Samples } from '../../../src/data/samples.js';
import { DATASETS } from '../../../src/data/formats.js';
import { pixel, recordFile, temporaryFolder } from '../fixtures.js';
import { writeFiles } from './files.js';

async function load(folder: string, samples: Samples = {}) {
  const source = { folder, format: 'cifar' } as const;
  return await loadFolder(source, await openFolder(source), samples);
}

/** CIFAR-10's form, the training images in three files. */
async function oneLabel(): Promise<string> {
  const folder = await temporaryFolder();
  const file = (labels: readonly number[]) => recordFile(DATASETS.cifar10, labels);
  await writeFiles(folder, {
    'data_batch_2.bin': file([2]),
    'data_batch_10.bin': file([1, 1]),
    'data_batch_1.bin': file([0, 1]),
    'test_batch.bin': file([2, 0]),
  });
  return folder;
}

describe('a folder of CIFAR binary files', () => {
  it("is read in CIFAR-10's form, its files by their numbers", async () => {
    const data = await load(await oneLabel());
    expect([...data.train.labels]).toEqual([0, 1, 2, 1, 1]);
    expect([...data.test.labels]).toEqual([2, 0]);
    expect(data.classes).toBe(3);
    expect(data.image).toEqual({ height: 32, width: 32, channels: 3 });
    // The second image of data_batch_1: row 3, column 4, blue.
    expect(data.train.images[3072 + (3 * 32 + 4) * 3 + 2]).toBe(pixel(1, 2, 3, 4));
    // The second of data_batch_10.
    expect(data.train.images[4 * 3072]).toBe(pixel(1, 0, 0, 0));
  });

  it("is read in CIFAR-100's form, by the second label", async () => {
    const folder = await temporaryFolder();
    const train = recordFile(DATASETS.cifar100, [4, 0, 7]);
    train[0] = 99;
    await writeFiles(folder, { 'train.bin': train, 'test.bin': recordFile(DATASETS.cifar100, [7]) });
    const data = await load(folder);
    expect([...data.train.labels]).toEqual([4, 0, 7]);
    expect(data.classes).toBe(8);
    expect(Object.keys(data.checksums)).toEqual(['train.bin', 'test.bin']);
  });

  it('has the classes that a file names', async () => {
    const folder = await oneLabel();
    await writeFile(join(folder, 'batches.meta.txt'), 'cat\ndog\n\nfrog\nship\n');
    const data = await load(folder);
    expect(data.classes).toBe(4);
    expect(data.facts?.classNames).toEqual(['cat', 'dog', 'frog', 'ship']);
    await writeFile(join(folder, 'batches.meta.txt'), 'cat\ndog\n');
    await expect(load(folder)).rejects.toThrow(/record 2 has 2, allowed are 0 to 1 \(as batches\.meta\.txt names 2 classes\)/);
  });

  it('has its whole classes and checksums in a subset', async () => {
    const folder = await oneLabel();
    const [whole, part] = [await load(folder), await load(folder, { trainSamples: 2, testSamples: 1 })];
    expect([...part.train.labels]).toEqual([0, 1]);
    expect([part.classes, part.checksums]).toEqual([whole.classes, whole.checksums]);
    expect(part.normalization).not.toEqual(whole.normalization);
  });

  it.each<[what: string, change: (folder: string) => Promise<unknown>, says: RegExp]>([
    [
      'a file that ends within a record',
      (folder) => writeFile(join(folder, 'data_batch_2.bin'), Buffer.alloc(3074)),
      /data_batch_2\.bin: it has 3074 bytes, which is no whole number of records of 3073 bytes \(CIFAR-10's form/,
    ],
    ['an empty file', (folder) => writeFile(join(folder, 'test_batch.bin'), ''), /test_batch\.bin: it has 0 bytes/],
    ['no test files', (folder) => rm(join(folder, 'test_batch.bin')), /it has no test files \(CIFAR-10's form/],
    ['both forms', (folder) => writeFile(join(folder, 'train.bin'), ''), /training files in both of CIFAR's forms/],
    [
      'a pipe',
      async (folder) => {
        await rm(join(folder, 'data_batch_2.bin'));
        execFileSync('mkfifo', [join(folder, 'data_batch_2.bin')]);
      },
      /data_batch_2\.bin: it is a pipe, not a file/,
    ],
  ])('is refused with %s', async (_, change, says) => {
    const folder = await oneLabel();
    await change(folder);
    await expect(load(folder)).rejects.toThrow(says);
  });
});
