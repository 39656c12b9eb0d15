import { randomBytes } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { extractArchive } from '../../src/data/extract.js';
import { fetchArchive } from '../../src/data/fetch.js';
import {
  describeArchive,
  honestEntries,
  serve,
  type TarEntry,
  tarGz,
  temporaryFolder,
  tiny,
  whole,
} from './fixtures.js';

const folder = tiny.folder;

async function extract(bytes: Uint8Array): Promise<{ root: string; outcome: Promise<void> }> {
  const root = await temporaryFolder();
  const path = join(root, 'tiny.tar.gz');
  await writeFile(path, bytes);
  const outcome = extractArchive({
    format: tiny,
    archive: describeArchive(bytes),
    path,
    into: join(root, 'out'),
  });
  await outcome.catch(() => undefined);
  return { root, outcome };
}

const hostile: readonly [string, TarEntry, string][] = [
  ['an absolute path', { path: '/tmp/evil', content: 'x' }, 'would leave the folder'],
  ['a path with ..', { path: `${folder}/../../evil`, content: 'x' }, 'would leave the folder'],
  [
    'a symbolic link',
    { path: `${folder}/names.txt`, type: 'SymbolicLink', linkpath: '/etc/passwd' },
    'is of the type SymbolicLink',
  ],
  [
    'a hard link',
    { path: `${folder}/names.txt`, type: 'Link', linkpath: '/etc/passwd' },
    'is of the type Link',
  ],
  [
    'a link that leads out, in place of the folder',
    { path: `${folder}/`, type: 'SymbolicLink', linkpath: '..' },
    'is of the type SymbolicLink',
  ],
  ['a device', { path: `${folder}/names.txt`, type: 'CharacterDevice' }, 'is of the type CharacterDevice'],
  ['a pipe', { path: `${folder}/names.txt`, type: 'FIFO' }, 'is of the type FIFO'],
  [
    'a type that is not supported',
    { path: `${folder}/names.txt`, type: 'SparseFile' },
    'is of the type SparseFile',
  ],
  ['a file outside the folder', { path: 'run.sh', content: 'x' }, 'is not part of the data set'],
  [
    'a file deeper in the folder',
    { path: `${folder}/more/run.sh`, content: 'x' },
    'is not part of the data set',
  ],
  [
    'another file that is large',
    { path: `${folder}/more.bin`, content: Buffer.alloc(70_000) },
    'has 70000 bytes, at most 65536 are expected',
  ],
  ['another folder', { path: `${folder}/more/`, type: 'Directory' }, 'is not part of the data set'],
  [
    'a folder in place of a file',
    { path: `${folder}/names.txt/`, type: 'Directory' },
    'is not part of the data set',
  ],
  [
    'a file larger than expected',
    { path: `${folder}/names.txt`, content: Buffer.alloc(70_000) },
    'has 70000 bytes, at most 65536 are expected',
  ],
  ['a file that is there twice', { path: `${folder}/train.bin`, content: 'x' }, 'is there twice'],
];

describe('an archive', () => {
  it('is extracted when it holds what the data set has', async () => {
    const { root, outcome } = await extract(tarGz(honestEntries()));
    await outcome;
    expect((await readdir(join(root, 'out', folder))).sort()).toEqual(['names.txt', 'test.bin', 'train.bin']);
  });

  it('may hold a small file that the data set does not need, which is left out', async () => {
    const { root, outcome } = await extract(
      tarGz([...honestEntries(), { path: `${folder}/file.txt~`, content: 'x' }]),
    );
    await outcome;
    expect((await readdir(join(root, 'out', folder))).sort()).toEqual(['names.txt', 'test.bin', 'train.bin']);
  });

  it('does not decide the permissions of its files', async () => {
    const { root, outcome } = await extract(tarGz(honestEntries().map((entry) => ({ ...entry, mode: 0 }))));
    await outcome;
    const { mode } = await stat(join(root, 'out', folder, 'train.bin'));
    expect(mode & 0o7644).toBe(0o644);
  });

  it.each(hostile)('is refused whole for %s', async (_, entry, reason) => {
    const honest = honestEntries().filter(({ path }) => path !== entry.path || reason.includes('twice'));
    const { root, outcome } = await extract(tarGz([...honest, entry]));
    await expect(outcome).rejects.toMatchObject({ code: 'data' });
    await expect(outcome).rejects.toThrow('archive refused, nothing was extracted');
    await expect(outcome).rejects.toThrow(reason);
    expect(await readdir(root)).toEqual(['tiny.tar.gz']);
  });

  it('ends after two empty blocks, whatever follows', async () => {
    const honest = gunzipSync(tarGz(honestEntries()));
    for (const rest of [Buffer.alloc(32 * 2 ** 20), Buffer.from('no tar header '.repeat(500))]) {
      const { root, outcome } = await extract(gzipSync(Buffer.concat([honest, rest])));
      await outcome;
      expect((await readdir(join(root, 'out', folder))).sort()).toEqual([
        'names.txt',
        'test.bin',
        'train.bin',
      ]);
    }
  });

  it.each([
    ['unpacks to more than the data set has', randomBytes(60_000), 'it unpacks to more than the'],
    ['shrank as only a bomb does', Buffer.alloc(60_000), 'more than 100 times as many'],
  ])('is refused when it %s', async (_, content, reason) => {
    const more = Array.from({ length: 30 }, (_, index) => ({ path: `${folder}/more-${index}`, content }));
    const { root, outcome } = await extract(tarGz([...honestEntries(), ...more]));
    await expect(outcome).rejects.toThrow('archive refused, nothing was extracted');
    await expect(outcome).rejects.toThrow(reason);
    expect(await readdir(root)).toEqual(['tiny.tar.gz']);
  });

  it('is refused when it is compressed twice', async () => {
    const { root, outcome } = await extract(gzipSync(tarGz(honestEntries())));
    await expect(outcome).rejects.toThrow('it is compressed twice');
    expect(await readdir(root)).toEqual(['tiny.tar.gz']);
  });

  it('has its names printed escaped and cut', async () => {
    const path = `${folder}/\u001b[2J\u009b2J${'x'.repeat(60)}`;
    const { outcome } = await extract(tarGz([{ path, type: 'FIFO' }]));
    await expect(outcome).rejects.toThrow(`the entry "${folder}/\\u001b[2J\\u009b2Jxxx`);
  });

  it.each([
    ['not compressed', gunzipSync(tarGz(honestEntries()))],
    ['no tar file', gzipSync(Buffer.from('hello '.repeat(1000)))],
    ['cut off', tarGz(honestEntries()).subarray(0, 200)],
    ['cut off inside an entry', gzipSync(gunzipSync(tarGz(honestEntries())).subarray(0, 5000))],
  ])('is refused when it is %s', async (_, bytes) => {
    const { root, outcome } = await extract(bytes);
    await expect(outcome).rejects.toMatchObject({ code: 'data' });
    expect(await readdir(root)).toEqual(['tiny.tar.gz']);
  });
});

describe('a fetched archive with the right checksum', () => {
  it('leaves nothing behind when it is hostile', async () => {
    const bytes = tarGz([...honestEntries(), { path: '../evil', content: 'x' }]);
    const server = await serve(whole(bytes));
    const root = await temporaryFolder();
    const fetching = fetchArchive(tiny, describeArchive(bytes), { root, mirror: server.url });
    await expect(fetching).rejects.toThrow('the entry "../evil" would leave the folder');
    await expect(fetching).rejects.toThrow('the archive was removed');
    expect(await readdir(root)).toEqual([]);
    expect(await readdir(join(root, '..'))).not.toContain('evil');
  });

  it.each([
    ['a file is missing', honestEntries().filter(({ path }) => !path.endsWith('test.bin')), 'test.bin'],
    [
      'a label is out of range',
      honestEntries().map((entry) =>
        entry.path.endsWith('test.bin') ? { ...entry, content: Buffer.alloc(2 * 3074, 9) } : entry,
      ),
      'test.bin: 2 class label(s) out of range',
    ],
  ])('is not published when %s', async (_, entries, reason) => {
    const bytes = tarGz(entries);
    const server = await serve(whole(bytes));
    const root = await temporaryFolder();
    const fetching = fetchArchive(tiny, describeArchive(bytes), { root, mirror: server.url });
    await expect(fetching).rejects.toThrow(reason);
    expect(await readdir(root)).toEqual([]);
  });
});
