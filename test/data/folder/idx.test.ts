import { createHash } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHeader, requirePlausible } from '../../../src/data/folder/idx-header.js';
import { loadFolder, openFolder } from '../../../src/data/folder/load.js';
import type { Samples } from '../../../src/data/samples.js';
import { temporaryFolder } from '../fixtures.js';
import { idxFile, ramp, writeIdx } from './files.js';

async function load(folder: string, samples: Samples = {}) {
  const source = { folder, format: 'idx' } as const;
  return await loadFolder(source, await openFolder(source), samples);
}

const IMAGES = 'train-images-idx3-ubyte';
const LABELS = 'train-labels-idx1-ubyte';

describe('a folder in IDX form', () => {
  it('gives images of one channel, in the order of the file', async () => {
    const data = await load(await writeIdx(await temporaryFolder()));
    expect(data.image).toEqual({ height: 2, width: 3, channels: 1 });
    expect([...data.train.images]).toEqual(ramp(24));
    expect([...data.train.labels]).toEqual([0, 1, 0, 1]);
    expect([...data.test.labels]).toEqual([1, 0]);
    expect(data.classes).toBe(2);
    expect(data.facts).toMatchObject({ classNames: ['0', '1'], images: { train: 4, test: 2 } });
  });

  it('gives images of several channels where the files have four dimensions', async () => {
    const folder = await writeIdx(await temporaryFolder());
    for (const [split, count] of [['train', 4], ['t10k', 2]] as const) {
      await rm(join(folder, `${split}-images-idx3-ubyte`));
      await writeFile(join(folder, `${split}-images-idx4-ubyte`), idxFile([count, 2, 2, 3], ramp(count * 12)));
    }
    const data = await load(folder);
    expect(data.image).toEqual({ height: 2, width: 2, channels: 3 });
    expect([...data.train.images]).toEqual(ramp(48));
    expect(data.normalization.mean).toHaveLength(3);
  });

  it('is the same data whether it is packed or not', async () => {
    const folder = await writeIdx(await temporaryFolder());
    const plain = await load(folder);
    for (const name of [IMAGES, LABELS]) {
      await writeFile(join(folder, `${name}.gz`), gzipSync(await readFile(join(folder, name))));
      await rm(join(folder, name));
    }
    expect(await load(folder)).toEqual(plain);
    const sha256 = createHash('sha256').update(idxFile([4], [0, 1, 0, 1])).digest('hex');
    expect(plain.checksums[LABELS]).toBe(sha256);
    expect(Object.keys(plain.checksums).sort()).toEqual(
      [IMAGES, LABELS, 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'].sort(),
    );
  });

  it('is cut to a balanced subset, of which mean and standard deviation are measured', async () => {
    const folder = await writeIdx(await temporaryFolder(), 4, { [LABELS]: idxFile([4], [0, 0, 0, 1]) });
    const data = await load(folder, { trainSamples: 2 });
    expect([...data.train.labels]).toEqual([0, 1]);
    expect([...data.train.images]).toEqual([...ramp(24).slice(0, 6), ...ramp(24).slice(18)]);
    // 0, 7, …, 35 and 126, …, 161: a mean of 80.5, and squares that add up to 127,106.
    expect(data.normalization.mean[0]).toBeCloseTo(80.5 / 255, 12);
    expect(data.normalization.std[0]).toBeCloseTo(Math.sqrt(127_106 / 12 - 80.5 ** 2) / 255, 12);
  });

  it('is refused with more samples asked for than there are', async () => {
    const folder = await writeIdx(await temporaryFolder());
    await expect(load(folder, { trainSamples: 5 })).rejects.toThrow(
      /^dataset\.trainSamples: found 5, but .* has 4 training images; give a whole number from 1 to 4/,
    );
    await expect(load(folder, { testSamples: 3 })).rejects.toMatchObject({ code: 'config' });
  });
});

describe('what is refused', () => {
  it.each<[what: string, file: string, content: Buffer, says: RegExp]>([
    ['another magic number', IMAGES, Buffer.from('PK\x03\x04 and more'), /begins with 504b0304, .* 00000803 or 00000804/],
    ['values of another type', IMAGES, Buffer.from([0, 0, 13, 3, 0, 0, 0, 4]), /begins with 00000d03/],
    ['an empty file', IMAGES, Buffer.alloc(0), /begins with nothing/],
    ['labels as images', IMAGES, idxFile([4], [0, 1, 0, 1]), /begins with 00000801/],
    ['a header that is cut off', IMAGES, idxFile([4, 2, 3], []).subarray(0, 11), /ends within its header/],
    ['no images', IMAGES, idxFile([0, 2, 3], []), /says 0 x 2 x 3/],
    ['huge images', IMAGES, idxFile([1, 5000, 5000], []), /says 1 x 5000 x 5000; allowed: sides of 1 to 4096/],
    ['more than the file has', IMAGES, idxFile([0xffffffff, 28, 28], [1]), /makes 3367254359296 bytes, and it has 17/],
    ['less than the file has', IMAGES, idxFile([4, 2, 3], ramp(25)), /makes 40 bytes, and it has 41/],
    ['another number of labels', LABELS, idxFile([3], [0, 1, 0]), /has 3 labels, and train-images-idx3-ubyte has 4 images/],
    ['a test label that is not trained on', 't10k-labels-idx1-ubyte', idxFile([2], [2, 0]), /1 test label\(s\) out of range: record 0 has 2/],
    ['another size to test on', 't10k-images-idx3-ubyte', idxFile([2, 3, 2], ramp(12)), /have 3 x 2 x 1, those to train on 2 x 3 x 1/],
  ])('%s', async (_, file, content, says) => {
    const folder = await writeIdx(await temporaryFolder(), 4, { [file]: content });
    await expect(load(folder)).rejects.toThrow(says);
    await expect(load(folder)).rejects.toMatchObject({ code: 'data' });
  });

  it.each<[what: string, content: Buffer, says: RegExp]>([
    ['says more than it could become', gzipSync(idxFile([0xffff, 4096, 4096], [1])), /more than its \d+ packed ones can become/],
    ['is cut off', gzipSync(idxFile([4, 2, 3], ramp(24))).subarray(0, -12), /cannot be read: unexpected end of file/],
    ['ends early', gzipSync(idxFile([4, 2, 3], ramp(20))), /ends after 20 of the 24 values/],
    ['goes on', gzipSync(Buffer.concat([idxFile([4, 2, 3], ramp(24)), Buffer.alloc(10_000)])), /goes on after the 24 values/],
    ['is not packed', idxFile([4, 2, 3], ramp(24)), /incorrect header check/],
  ])('a packed file that %s', async (_, content, says) => {
    const folder = await writeIdx(await temporaryFolder());
    await rm(join(folder, IMAGES));
    await writeFile(join(folder, `${IMAGES}.gz`), content);
    await expect(load(folder)).rejects.toThrow(says);
  });

  it('a file that is missing, by its name', async () => {
    const folder = await writeIdx(await temporaryFolder());
    await rm(join(folder, LABELS));
    await expect(load(folder)).rejects.toThrow(`${folder}: ${LABELS} is missing, and ${LABELS}.gz too`);
  });

  it('a folder that is missing', async () => {
    await expect(load('/nowhere/at/all')).rejects.toThrow('/nowhere/at/all: there is no such folder');
  });

  it('a sparse file of many gigabytes whose header fits nothing, without reading it', async () => {
    const folder = await writeIdx(await temporaryFolder());
    await truncate(join(folder, IMAGES), 2 ** 40);
    await expect(load(folder)).rejects.toThrow(`makes 40 bytes, and it has ${2 ** 40}`);
  });

  it('any header at all, with an error or within the size of its file', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), fc.nat(2000), fc.boolean(), (bytes, size, isPacked) => {
        try {
          const header = parseHeader(Buffer.from([0, 0, 8, ...bytes]), [1, 3, 4]);
          requirePlausible(header, size, isPacked);
          expect(header.values).toBeLessThanOrEqual(isPacked ? 1032 * size : size);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
