import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { bytesIn, makeFolder } from '../../src/support/folder.js';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-folder-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe('making a folder', () => {
  it('makes those above it too, and accepts one that is there', async () => {
    const folder = await temporaryFolder();
    await makeFolder(path.join(folder, 'a', 'b', 'c'));
    await makeFolder(path.join(folder, 'a', 'b', 'c'));
    expect(await readdir(folder, { recursive: true })).toEqual(['a', 'a/b', 'a/b/c']);
  });

  it.runIf(process.platform !== 'win32')('keeps to the mode that is asked for', async () => {
    const folder = await temporaryFolder();
    await makeFolder(path.join(folder, 'a', 'b'), 0o700);
    for (const made of ['a', 'a/b']) expect((await stat(path.join(folder, made))).mode & 0o777).toBe(0o700);
  });

  it('may be done by several at once', async () => {
    const folder = path.join(await temporaryFolder(), 'a', 'b');
    await Promise.all([1, 2, 3, 4].map(() => makeFolder(folder)));
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['file', 'file/below'])('refuses %s where a file is', async (name) => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, 'file'), '');
    await expect(makeFolder(path.join(folder, name))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it.skipIf(!existsSync('/proc/self'))('ends where the system allows none', async () => {
    await expect(makeFolder('/proc/nowhere/a/b')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the bytes in a folder', () => {
  it('are those of its files, two folders deep; links are not followed', async () => {
    const folder = await temporaryFolder();
    await makeFolder(path.join(folder, 'a', 'b'));
    await writeFile(path.join(folder, 'one'), '1');
    await writeFile(path.join(folder, 'a', 'twenty'), '1234567890'.repeat(2));
    await writeFile(path.join(folder, 'a', 'b', 'too deep'), 'x'.repeat(300));
    await symlink('one', path.join(folder, 'link'));
    expect(await bytesIn(folder)).toBe(21);
    expect(await bytesIn(path.join(folder, 'one'))).toBe(1);
  });

  it('are none where it is not there', async () => {
    expect(await bytesIn(path.join(await temporaryFolder(), 'nothing'))).toBe(0);
  });
});
