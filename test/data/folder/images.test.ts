import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFolder, openFolder } from '../../../src/data/folder/load.js';
import type { Samples } from '../../../src/data/samples.js';
import { temporaryFolder } from '../fixtures.js';
import { colourOf, jpeg, png, writeFiles } from './files.js';

async function load(folder: string, { size, ...samples }: Samples & { readonly size?: number } = {}) {
  const source = { folder, format: 'images', size } as const;
  return await loadFolder(source, await openFolder(source), samples);
}

/** Two classes, three training images of 4 x 4 pixels and two to test on. */
async function pets(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, {
    'train/dog/b.png': await png(4, 4, colourOf(0)),
    'train/cat/c.PNG': await png(4, 4, colourOf(1)),
    'train/cat/a.png': await png(4, 4, colourOf(2)),
    'train/cat/.DS_Store': 'nothing',
    'train/cat/notes.txt': 'nothing',
    'train/README.md': 'nothing',
    'test/cat/x.png': await png(4, 4, colourOf(3)),
    'test/dog/y.png': await png(4, 4, colourOf(4)),
  });
  return folder;
}

function firstColours(images: Uint8Array, count: number, size: number): number[][] {
  return Array.from({ length: count }, (_, index) => [...images.subarray(index * size, index * size + 3)]);
}

describe('a folder of images', () => {
  it('has the folders of train/ as classes, and images by their names', async () => {
    const data = await load(await pets());
    expect(data.facts?.classNames).toEqual(['cat', 'dog']);
    expect(data.image).toEqual({ height: 4, width: 4, channels: 3 });
    expect([...data.train.labels]).toEqual([0, 0, 1]);
    expect(firstColours(data.train.images, 3, 48)).toEqual([2, 1, 0].map((index) => [...colourOf(index)]));
    expect([...data.test.labels]).toEqual([0, 1]);
    expect(data.facts?.decoder).toMatch(/^libvips \d/);
  });

  it('has checksums that sha256sum gives too', async () => {
    const folder = await pets();
    const names = ['train/cat/a.png', 'train/cat/c.PNG', 'train/dog/b.png'];
    const list = execFileSync('sha256sum', names, { cwd: folder });
    const { checksums } = await load(folder);
    expect(checksums['train']).toBe(createHash('sha256').update(list).digest('hex'));
    expect((await load(folder, { trainSamples: 1 })).checksums).toEqual(checksums);
  });

  it('is other data when an image is changed, named otherwise or moved to another class', async () => {
    const folder = await pets();
    const { checksums } = await load(folder);
    await rename(join(folder, 'train/cat/a.png'), join(folder, 'train/cat/d.png'));
    const renamed = await load(folder);
    expect(renamed.checksums['train']).not.toBe(checksums['train']);
    expect(renamed.checksums['test']).toBe(checksums['test']);
    await rename(join(folder, 'train/cat/d.png'), join(folder, 'train/dog/a.png'));
    expect((await load(folder)).checksums['train']).not.toBe(renamed.checksums['train']);
  });

  it('has val/ to test on where there is no test/', async () => {
    const folder = await pets();
    await rename(join(folder, 'test'), join(folder, 'val'));
    expect(Object.keys((await load(folder)).checksums)).toEqual(['train', 'val']);
  });

  it('may have links in it, also to a folder elsewhere', async () => {
    const [folder, other] = [await pets(), await temporaryFolder()];
    await rename(join(folder, 'train/cat'), join(other, 'cat'));
    await symlink(join(other, 'cat'), join(folder, 'train/cat'));
    expect((await load(folder)).train.count).toBe(3);
  });

  it('may have more classes than a byte has values', async () => {
    const folder = await temporaryFolder();
    const image = await png(2, 2, [1, 2, 3]);
    const name = (index: number) => `class-${String(index).padStart(3, '0')}/a.png`;
    const files = Array.from({ length: 300 }, (_, index) => [`train/${name(index)}`, image] as const);
    await writeFiles(folder, { ...Object.fromEntries(files), [`test/${name(299)}`]: image });
    const { train, test, classes } = await load(folder);
    expect(classes).toBe(300);
    expect(train.labels[299]).toBe(299);
    expect([...test.labels]).toEqual([299]);
  });

  it('needs a size where images differ in size, and says so', async () => {
    const folder = await pets();
    await writeFile(join(folder, 'train/cat/c.PNG'), await jpeg(9, 6, [9, 9, 9]));
    await expect(load(folder)).rejects.toThrow(
      /train\/cat\/c\.PNG: it has 6 x 9 pixels, and the first training image 4 x 4 pixels; .* dataset\.size: 32/,
    );
    const data = await load(folder, { size: 2 });
    expect(data.image).toEqual({ height: 2, width: 2, channels: 3 });
  });
});

describe("Tiny ImageNet's form", () => {
  async function tiny(): Promise<string> {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'wnids.txt': 'n02\nn01\n',
      'train/n01/n01_boxes.txt': 'nothing',
      'train/n01/images/n01_0.JPEG': await jpeg(4, 4, [250, 0, 0]),
      'train/n02/images/n02_0.JPEG': await jpeg(4, 4, [0, 250, 0]),
      'val/images/val_0.JPEG': await jpeg(4, 4, [0, 250, 0]),
      'val/images/val_1.JPEG': await jpeg(4, 4, [250, 0, 0]),
      'val/val_annotations.txt': 'val_0.JPEG\tn02\t0\t0\t3\t3\nval_1.JPEG\tn01\t0\t0\t3\t3\n',
      'test/images/test_0.JPEG': await jpeg(4, 4, [0, 0, 0]),
    });
    return folder;
  }

  it('is read as it is; what has no labels is left', async () => {
    const folder = await tiny();
    const data = await load(folder);
    expect(data.facts).toMatchObject({ classNames: ['n01', 'n02'], images: { train: 2, test: 2 } });
    expect([...data.test.labels]).toEqual([1, 0]);
    const list = execFileSync('sha256sum', ['val/images/val_0.JPEG', 'val/images/val_1.JPEG', 'val/val_annotations.txt'], {
      cwd: folder,
    });
    expect(data.checksums['val']).toBe(createHash('sha256').update(list).digest('hex'));
  });

  it.each<[what: string, file: string, content: string, says: RegExp]>([
    ['a line without a class', 'val/val_annotations.txt', 'val_0.JPEG\n', /val_annotations\.txt:1: the line has no file and class/],
    ['another number of files', 'val/val_annotations.txt', 'val_0.JPEG\tn01\n', /names 1 file, and there are 2 images in val\/images/],
    ['an unknown class', 'val/val_annotations.txt', 'val_0.JPEG\tn01\nval_1.JPEG\tn09\n', /val_1\.JPEG: val\/val_annotations\.txt names no class for it/],
    ['a class that is missing', 'wnids.txt', 'n01\nn02\nn03\n', /train\/n03: wnids\.txt names it, and it is missing/],
    ['a class too many', 'wnids.txt', 'n01\n', /train\/n02: wnids\.txt does not name it/],
  ])('is refused with %s', async (_, file, content, says) => {
    const folder = await tiny();
    await writeFile(join(folder, file), content);
    await expect(load(folder)).rejects.toThrow(says);
  });
});

describe('what is refused', () => {
  it.each<[what: string, change: (folder: string) => Promise<unknown>, says: RegExp]>([
    ['no train/', (folder) => rm(join(folder, 'train'), { recursive: true }), /train: there is no such folder; allowed: train\/<class>/],
    ['nothing to test on', (folder) => rm(join(folder, 'test'), { recursive: true }), /it has neither test\/ nor val\//],
    ['a class without images', (folder) => mkdir(join(folder, 'train/owl')), /train\/owl: it has no PNG or JPEG files/],
    ['a class that is only tested', (folder) => mkdir(join(folder, 'test/owl')), /test\/owl: the class has no folder in train\//],
    ['another format', (folder) => writeFile(join(folder, 'train/cat/e.webp'), 'x'), /e\.webp: images of this format are not read; convert/],
    ['an empty file', (folder) => writeFile(join(folder, 'train/cat/c.PNG'), ''), /train\/cat\/c\.PNG: it is empty/],
    ['a pipe', (folder) => Promise.resolve(execFileSync('mkfifo', [join(folder, 'train/cat/p.png')])), /train\/cat\/p\.png: it is a pipe, not a file/],
    ['a link to a device', (folder) => symlink('/dev/zero', join(folder, 'train/cat/z.png')), /train\/cat\/z\.png: it is a device, not a file/],
    ['a link to nothing', (folder) => symlink('/nowhere', join(folder, 'train/cat/z.png')), /train\/cat\/z\.png: ENOENT/],
    ['something else in disguise', (folder) => symlink('/etc/hostname', join(folder, 'train/cat/z.png')), /train\/cat\/z\.png: it is neither a PNG nor a JPEG/],
  ])('%s', async (_, change, says) => {
    const folder = await pets();
    await change(folder);
    await expect(load(folder)).rejects.toThrow(says);
    await expect(load(folder)).rejects.toMatchObject({ code: 'data' });
  });

  it('many bad files, of which the first five are named', async () => {
    const folder = await pets();
    const whole = await readFile(join(folder, 'train/cat/a.png'));
    const bad = Array.from({ length: 7 }, (_, index) => [`train/dog/z${index}.png`, whole.subarray(0, 40 + index)] as const);
    await writeFiles(folder, Object.fromEntries(bad));
    const error: unknown = await load(folder).catch((caught: unknown) => caught);
    const lines = error instanceof Error ? error.message.split('\n') : [];
    expect(lines[0]).toBe(`${folder}: 7 files of 10 in train/ cannot be used; mend or remove what is wrong:`);
    expect(lines.slice(1, 6).map((line) => line.trim().split(':')[0])).toEqual(bad.slice(0, 5).map(([name]) => name));
    expect(lines[6]).toBe('  … and 2 more');
  });

  it('images that take more memory than there is, before any is read', async () => {
    const folder = await pets();
    const source = { folder, format: 'images', size: 1024 } as const;
    const contents = await openFolder(source);
    const labels = new Uint8Array(2_000_000);
    const many = { ...contents, train: { ...contents.train, labels } };
    await expect(loadFolder(source, many, {})).rejects.toThrow(/2000000 images of 1024 x 1024 x 3 take 6291\.5 GB.*dataset\.size/);
  });

  it('to go on, once the signal says so', async () => {
    const source = { folder: await pets(), format: 'images' } as const;
    const contents = await openFolder(source);
    await expect(loadFolder(source, contents, {}, { signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow('stop');
  });
});
