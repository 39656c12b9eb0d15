import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { colourOf, jpeg, png, writeFiles, writeIdx } from '../data/folder/files.js';
import { ganBench, stackTrace, start, temporaryFolder } from './support.js';

const CLASSES = 20;

let project: string;

/** 20 classes of PNG and JPEG files of odd sizes, Tiny ImageNet's form, and grey images. */
beforeAll(async () => {
  project = await temporaryFolder();
  for (let label = 0; label < CLASSES; label++) {
    const folder = path.join('pets', 'train', `class-${label}`);
    await writeFiles(project, {
      [path.join(folder, 'a.png')]: await png(8 + label, 40 - label, colourOf(label)),
      [path.join(folder, 'b.jpg')]: await jpeg(30 + label, 11 + label, colourOf(label + 100)),
      [path.join('pets', 'test', `class-${label}`, 'c.jpeg')]: await jpeg(12, 13, colourOf(label)),
    });
  }
  await writeFiles(path.join(project, 'tiny'), {
    'wnids.txt': 'n01\nn02\n',
    'train/n01/images/n01_0.JPEG': await jpeg(8, 8, [250, 0, 0]),
    'train/n02/images/n02_0.JPEG': await jpeg(8, 8, [0, 250, 0]),
    'val/images/val_0.JPEG': await jpeg(8, 8, [0, 250, 0]),
    'val/val_annotations.txt': 'val_0.JPEG\tn02\t0\t0\t3\t3\n',
  });
  const pixels = Array.from({ length: 4 * 64 }, (_, index) => (index * 37) % 256);
  const header = Buffer.from([0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0, 8]);
  const test = Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, 8]);
  await writeIdx(path.join(project, 'digits'), 4, {
    'train-images-idx3-ubyte': Buffer.concat([header, Buffer.from(pixels)]),
    't10k-images-idx3-ubyte': Buffer.concat([test, Buffer.from(pixels.slice(0, 128))]),
  });
});

/** Writes a small configuration on a data set into the project. */
async function config(name: string, dataset: object, keys: object = {}): Promise<string> {
  const file = path.join(project, `${name}.json`);
  const small = { model: 'resnet20', epochs: 2, batchSize: 2, evalBatchSize: 20, seeds: [7] };
  await writeFile(file, JSON.stringify({ ...small, dataset, ...keys }));
  return file;
}

const run = (file: string, out: string, ...more: string[]) =>
  ganBench(['run', file, '--out', path.join(project, out), ...more], { cwd: '/' });

/** What is the same bytes in every run. */
async function recorded(out: string, name: string): Promise<string> {
  return await readFile(path.join(project, out, name, 'seed-7', 'gradients.csv'), 'utf8');
}

describe('a folder of images', () => {
  const pets = { folder: 'pets', format: 'images', size: 16, trainSamples: 20 };

  it('trains, the same bytes from its config.json, whatever the current folder', async () => {
    const file = await config('pets', pets, { batchSize: 10 });
    const { code, stderr } = await run(file, 'one');
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('resnet20 on pets (20 + 20 images of 16 x 16 x 3)'),
    ]);
    const again = path.join(project, 'one', 'pets', 'seed-7', 'config.json');
    expect((await run(again, 'two')).code).toBe(0);
    expect(await recorded('two', 'pets')).toBe(await recorded('one', 'pets'));
    const manifest: unknown = JSON.parse(
      await readFile(path.join(project, 'one/pets/seed-7/manifest.json'), 'utf8'),
    );
    expect(manifest).toMatchObject({
      dataset: { name: 'pets', format: 'images', images: { train: 40, test: 20 } },
    });
  });

  it('goes on to the same bytes after a stop, but not once the images have changed', async () => {
    const file = await config('long', { ...pets, size: 8, trainSamples: 4, testSamples: 2 }, { epochs: 8 });
    const stopped = start(['run', file, '--out', path.join(project, 'stopped')]);
    await stopped.says('epoch 1/8');
    stopped.kill('SIGINT');
    await stopped.ended;
    const image = path.join(project, 'pets', 'train', 'class-3', 'a.png');
    const before = await readFile(image);
    await writeFile(image, await png(20, 20, [1, 2, 3]));
    const refused = await run(file, 'stopped', '--resume');
    await writeFile(image, before);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('the SHA-256 of train (pets) was'),
    ]);
    expect((await run(file, 'stopped', '--resume')).code).toBe(0);
    expect((await run(file, 'whole')).code).toBe(0);
    expect(await recorded('stopped', 'long')).toBe(await recorded('whole', 'long'));
  });

  it('is refused where images differ in size and no size is given', async () => {
    const { code, stderr } = await run(await config('sizes', { folder: 'pets', format: 'images' }), 'sizes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/pets\/train\/class-0\/b\.jpg: it has 11 x 30 pixels, .* dataset\.size: 32/);
    expect(stderr).not.toMatch(stackTrace);
  });

  it('is refused by the names of its damaged files', async () => {
    const image = path.join(project, 'pets', 'train', 'class-5', 'b.jpg');
    const before = await readFile(image);
    await writeFile(image, before.subarray(0, before.length / 2));
    const all = { folder: 'pets', format: 'images', size: 16 };
    const { code, stderr } = await run(await config('damaged', all), 'damaged');
    await writeFile(image, before);
    expect(code).toBe(1);
    expect(stderr).toContain('1 file of 40 in train/ cannot be used');
    expect(stderr).toMatch(/^ {2}train\/class-5\/b\.jpg: it is damaged/m);
  });

  it('is described by data verify', async () => {
    const args = ['data', 'verify', '--folder', 'pets', '--format', 'images', '--size', '8'];
    const { code, stdout } = await ganBench(args, { cwd: project });
    expect(code).toBe(0);
    expect(stdout).toContain(
      'pets: ok, 40 training and 20 test images of 8 x 8 x 3 and 20 classes, 2 and 1 each',
    );
    expect(stdout).toContain('  class-13: 2 + 1\n');
  });
});

it("trains on Tiny ImageNet's form as it is", async () => {
  const file = await config('tiny', { folder: 'tiny', format: 'images' });
  const { code, stderr } = await run(file, 'tiny-results');
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining('resnet20 on tiny (2 + 1 images of 8 x 8 x 3)'),
  ]);
});

describe('grey images', () => {
  it('are trained on in float32, and what does not fit is refused before', async () => {
    const file = await config('digits', { folder: 'digits', format: 'idx' });
    const { code, stderr } = await run(file, 'digits-results');
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('resnet20 on digits (4 + 2 images of 8 x 8 x 1)'),
    ]);
    const model = await run(file, 'wrong', '--set', 'model=vgg16bn');
    expect([model.code, model.stderr]).toEqual([
      2,
      expect.stringContaining('those of the data set have 8 x 8 pixels'),
    ]);
    const batch = await run(file, 'wrong', '--set', 'batchSize=5');
    expect([batch.code, batch.stderr]).toEqual([
      2,
      expect.stringContaining('batchSize: found 5; allowed: at most 4'),
    ]);
  });
});

it('is swept over: members are named after the folders', async () => {
  const file = path.join(project, 'sweep.json');
  const base = {
    model: 'resnet20',
    epochs: 1,
    batchSize: 2,
    dataset: { format: 'images', size: 8, trainSamples: 2, testSamples: 1 },
  };
  await writeFile(
    file,
    JSON.stringify({
      base,
      grid: { 'dataset.folder': ['pets', './tiny'] },
      seeds: [1],
      output: path.join(project, 'swept'),
    }),
  );
  const { code, stdout, stderr } = await ganBench(['sweep', file], { cwd: '/' });
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  expect(stdout).toMatch(/pets/);
  expect(stdout).toMatch(/tiny/);
});
