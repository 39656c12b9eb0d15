import { describe, expect, it } from 'vitest';
import type { Split } from '../../../src/data/dataset.js';
import { loadFolder, openFolder } from '../../../src/data/folder/load.js';
import type { Samples } from '../../../src/data/samples.js';
import { temporaryFolder } from '../fixtures.js';
import { ramp, writeIdx } from './files.js';

const VALUES = 6;
const COUNT = 10;

/** Which image of the file each one is. */
function numbersOf({ images, count }: Split): number[] {
  const all = ramp(COUNT * VALUES);
  const first = Array.from({ length: COUNT }, (_, image) => all[image * VALUES]);
  return Array.from({ length: count }, (_, slot) => first.indexOf(images[slot * VALUES]));
}

async function load(samples: Samples) {
  const source = { folder: await writeIdx(await temporaryFolder(), COUNT), format: 'idx' } as const;
  return await loadFolder(source, await openFolder(source), samples);
}

describe('a folder of which images are held out', () => {
  it('parts them from those that are trained on, two of each class, with their labels', async () => {
    const { train, validation, test } = await load({ validation: 4 });
    if (validation === undefined) throw new Error('nothing is held out');
    const [trained, held] = [numbersOf(train), numbersOf(validation)];
    expect([...trained, ...held].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...validation.labels]).toEqual(held.map((number) => number % 2));
    expect([...train.labels]).toEqual(trained.map((number) => number % 2));
    expect([...validation.labels].sort()).toEqual([0, 0, 1, 1]);
    expect(test.count).toBe(2);
  });

  it('holds out the same ones whatever is trained on, and measures the mean of what is', async () => {
    const [all, few] = [await load({ validation: 4 }), await load({ validation: 4, trainSamples: 2 })];
    expect(few.validation).toEqual(all.validation);
    const { train, normalization } = few;
    const mean = train.images.reduce((sum, value) => sum + value, 0) / train.images.length / 255;
    expect(normalization.mean[0]).toBeCloseTo(mean, 12);
    expect(all.checksums).toEqual(few.checksums);
  });

  it.each([
    [{ validation: 10 }, /dataset\.validation: found 10, but .* has 10 training images; give .* 1 to 9/],
    [
      { validation: 4, trainSamples: 7 },
      /dataset\.trainSamples: found 7, but .* of which dataset\.validation holds out 4; give .* 1 to 6/,
    ],
  ])('refuses %o', async (samples, message) => {
    await expect(load(samples)).rejects.toThrow(message);
    await expect(load(samples)).rejects.toMatchObject({ code: 'config' });
  });
});
