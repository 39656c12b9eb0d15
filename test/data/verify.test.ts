import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFormat } from '../../src/data/cifar.js';
import type { RecordFile } from '../../src/data/formats.js';
import { readRecords } from '../../src/data/records.js';
import { verifyDataset, verifyFormat } from '../../src/data/verify.js';
import { recordFile, temporaryFolder, tiny, writeDataset } from './fixtures.js';

async function problemsAfter(change: (folder: string) => Promise<unknown>): Promise<readonly string[]> {
  const folder = await writeDataset(tiny, await temporaryFolder());
  await change(folder);
  const report = await verifyFormat(tiny, folder);
  expect(report.ok).toBe(false);
  return report.problems;
}

/** SHA-256 of train.bin and test.bin as `writeDataset` makes them. */
async function checksums(): Promise<string[]> {
  const { files } = await verifyFormat(tiny, await writeDataset(tiny, await temporaryFolder()));
  return files.map(({ sha256 }) => sha256);
}

/** How the files of a format compare when these are the official checksums. */
async function compared(...official: readonly (string | undefined)[]) {
  const folder = await writeDataset(tiny, await temporaryFolder());
  const files = tiny.files.map((file, index) => ({ ...file, sha256: official[index] }));
  const report = await verifyFormat({ ...tiny, files }, folder);
  expect(report.ok).toBe(true);
  return [report.comparison, ...report.files.map(({ comparison }) => comparison)];
}

describe('comparing with the official files', () => {
  it('tells official, different and unknown apart, file by file and of the whole', async () => {
    const [train, test] = await checksums();
    expect(await compared(train, test)).toEqual(['official', 'official', 'official']);
    expect(await compared(train, train)).toEqual(['different', 'official', 'different']);
    expect(await compared(train, undefined)).toEqual(['not compared', 'official', 'not compared']);
    expect(await compared(undefined, train)).toEqual(['different', 'not compared', 'different']);
  });

  it('calls nothing official of which a file is missing', async () => {
    const [train, test] = await checksums();
    const folder = await writeDataset(tiny, await temporaryFolder());
    await rm(join(folder, 'test.bin'));
    const files = tiny.files.map((file, index) => ({ ...file, sha256: [train, test][index] }));
    const { ok, comparison } = await verifyFormat({ ...tiny, files }, folder);
    expect({ ok, comparison }).toEqual({ ok: false, comparison: 'not compared' });
  });
});

describe('what lies in the place of a file', () => {
  it.each(['pipe', 'device', 'folder'])('is not read when it is a %s, and named', async (kind) => {
    const folder = await writeDataset(tiny, await temporaryFolder());
    const path = join(folder, 'train.bin');
    await rm(path);
    if (kind === 'pipe') execFileSync('mkfifo', [path]);
    if (kind === 'device') await symlink('/dev/zero', path);
    if (kind === 'folder') await mkdir(path);
    const reason = `train.bin is a ${kind}, not a file`;
    expect((await verifyFormat(tiny, folder)).problems).toEqual([`${folder}: ${reason}`]);
    await expect(loadFormat(tiny, folder, {})).rejects.toThrow(reason);
    await expect(readRecords(tiny, folder, file('train.bin'))).rejects.toThrow(reason);
  });

  it('is not read when it is longer than it should be', async () => {
    const folder = await writeDataset(tiny, await temporaryFolder());
    await truncate(join(folder, 'train.bin'), 2 ** 40);
    const reason = `train.bin has ${2 ** 40} bytes, expected ${4 * 3074}`;
    await expect(readRecords(tiny, folder, file('train.bin'))).rejects.toThrow(reason);
  });
});

function file(name: string): RecordFile {
  const found = tiny.files.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no file ${name}`);
  return found;
}

describe('verifying', () => {
  it('counts the images of each class and finds nothing wrong with good files', async () => {
    const folder = await writeDataset(tiny, await temporaryFolder());
    const report = await verifyFormat(tiny, folder);
    expect(report).toMatchObject({ ok: true, found: true, directory: folder, problems: [] });
    expect(report.classCounts).toEqual({ train: [2, 2], test: [1, 1] });
    expect(report.files.map(({ name, records, bytes }) => [name, records, bytes])).toEqual([
      ['train.bin', 4, 4 * 3074],
      ['test.bin', 2, 2 * 3074],
    ]);
  });

  it('accepts the embedded subset', async () => {
    const report = await verifyDataset('cifar100-mini', '/nowhere');
    expect(report.problems).toEqual([]);
    expect(report.classCounts.train).toEqual(new Array<number>(100).fill(10));
    expect(report.classCounts.test).toEqual(new Array<number>(100).fill(5));
  });

  it('says when there is no folder', async () => {
    const root = await temporaryFolder();
    const report = await verifyDataset('cifar10', root);
    expect(report).toMatchObject({ ok: false, found: false, directory: join(root, 'cifar-10-batches-bin') });
    expect(report.problems).toEqual(['the folder does not exist']);
  });

  it('names every file that is missing or has the wrong size', async () => {
    const problems = await problemsAfter(async (folder) => {
      await rm(join(folder, 'train.bin'));
      await truncate(join(folder, 'test.bin'), 1);
    });
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/train\.bin is missing$/);
    expect(problems[1]).toMatch(/test\.bin has 1 bytes, expected 6148 \(2 records of 3074 bytes\)$/);
  });

  it('finds class and coarse labels out of range', async () => {
    const problems = await problemsAfter(async (folder) => {
      const bytes = recordFile(tiny, [0, 1]);
      bytes[0] = 20;
      bytes[3074 + 1] = 100;
      await writeFile(join(folder, 'test.bin'), bytes);
    });
    expect(problems).toEqual([
      'test.bin: 1 class label(s) out of range: record 1 has 100, allowed are 0 to 1',
      'test.bin: 1 coarse label(s) out of range: record 0 has 20, allowed are 0 to 1',
    ]);
  });

  it('does not count a label out of range', async () => {
    const folder = await writeDataset(tiny, await temporaryFolder());
    await writeFile(join(folder, 'test.bin'), recordFile(tiny, [0, 100]));
    const { classCounts } = await verifyFormat(tiny, folder);
    expect(classCounts).toEqual({ train: [2, 2], test: [1, 0] });
  });

  it('finds a class that lies in two coarse classes', async () => {
    const problems = await problemsAfter(async (folder) => {
      const bytes = recordFile(tiny, [0, 1]);
      bytes[0] = 1;
      await writeFile(join(folder, 'test.bin'), bytes);
    });
    expect(problems).toEqual(['test.bin: record 0 puts class 0 into coarse class 1, others into 0']);
  });

  it('finds classes with the wrong number of images', async () => {
    const problems = await problemsAfter((folder) =>
      writeFile(join(folder, 'train.bin'), recordFile(tiny, [0, 0, 0, 1])),
    );
    expect(problems).toEqual([
      'train: 2 of 2 classes do not have 2 images each: class 0 has 3, class 1 has 1',
    ]);
  });
});
