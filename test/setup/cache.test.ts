import { chmodSync, existsSync, statSync, utimesSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Cache } from '../../src/setup/cache.js';
import { hasStampsOf, readInventory } from '../../src/tensor/cache/inventory.js';
import { cacheFolder } from '../../src/tensor/cache/folder.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-cache-'));
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

/** Fills a folder with one file. */
function filler(text: string): (folder: string) => Promise<void> {
  return async (folder) => {
    await writeFile(path.join(folder, 'library'), text);
  };
}

/** A process id that no process has: the limit of Linux is 2²². */
const deadProcess = 2 ** 22 + 1;

describe('cacheFolder', () => {
  it('follows GAN_BENCH_CACHE', () => {
    expect(cacheFolder({ GAN_BENCH_CACHE: '/somewhere/else' })).toBe(path.resolve('/somewhere/else'));
  });

  it('takes an empty variable for none', () => {
    expect(cacheFolder({ GAN_BENCH_CACHE: '' })).toMatch(/gan-bench/);
  });
});

describe('Cache', () => {
  it('publishes a folder once it is filled, and does not fill it again', async () => {
    const cache = new Cache(root);
    const folder = await cache.folder('lib', filler('one'));
    expect(folder).toBe(path.join(root, 'lib'));
    expect(await cache.folder('lib', filler('two'))).toBe(folder);
    expect(await readFile(path.join(folder, 'library'), 'utf8')).toBe('one');
    expect(await readdir(root)).toEqual(['lib']);
  });

  it('replaces a folder when told to', async () => {
    const cache = new Cache(root);
    await cache.folder('lib', filler('one'));
    const folder = await cache.folder('lib', filler('two'), { replace: true });
    expect(await readFile(path.join(folder, 'library'), 'utf8')).toBe('two');
    expect(await readdir(root)).toEqual(['lib']);
  });

  it('leaves nothing when filling fails', async () => {
    const cache = new Cache(root);
    await expect(
      cache.folder('lib', async (folder) => {
        await filler('half')(folder);
        throw new Error('killed');
      }),
    ).rejects.toThrow('killed');
    expect(await readdir(root)).toEqual([]);
    expect(await cache.has('lib')).toBe(false);
  });

  it('keeps the old folder when filling its replacement fails', async () => {
    const cache = new Cache(root);
    await cache.folder('lib', filler('one'));
    const failing = cache.folder('lib', () => Promise.reject(new Error('no network')), { replace: true });
    await expect(failing).rejects.toThrow('no network');
    expect(await cache.has('lib')).toBe(true);
  });

  it('fills a folder again of which a file is cut short or missing', async () => {
    const cache = new Cache(root);
    const folder = await cache.folder('lib', filler('complete'));
    await writeFile(path.join(folder, 'library'), 'comp');
    expect(await cache.has('lib')).toBe(false);
    await cache.folder('lib', filler('complete'));
    await rm(path.join(folder, 'library'));
    await cache.folder('lib', filler('complete'));
    expect(await readFile(path.join(folder, 'library'), 'utf8')).toBe('complete');
  });

  it('fills a folder again of which a file has other bytes, though size and time are the same', async () => {
    const cache = new Cache(root);
    const file = path.join(await cache.folder('lib', filler('complete')), 'library');
    const { atime, mtime } = statSync(file);
    await writeFile(file, 'replaced');
    utimesSync(file, atime, mtime);
    expect(await cache.has('lib')).toBe(false);
    await cache.folder('lib', filler('complete'));
    expect(await readFile(file, 'utf8')).toBe('complete');
  });

  it('fills a folder again that others may write, and one of an older layout', async () => {
    const cache = new Cache(root);
    const folder = await cache.folder('lib', filler('one'));
    chmodSync(folder, 0o777);
    await cache.folder('lib', filler('two'));
    expect(await readFile(path.join(folder, 'library'), 'utf8')).toBe('two');
    await writeFile(path.join(folder, 'inventory.json'), '{"library": 3}');
    await cache.folder('lib', filler('three'));
    expect(await readFile(path.join(folder, 'library'), 'utf8')).toBe('three');
  });

  it('refuses a cache folder that others may write, and puts nothing into it', async () => {
    chmodSync(root, 0o777);
    const refused = new Cache(root).folder('lib', filler('one'));
    await expect(refused).rejects.toThrow(`${root} may be written by others (mode 777)`);
    expect(await readdir(root)).toEqual([]);
  });

  it('records times and inodes anew where only they have changed', async () => {
    const cache = new Cache(root);
    const folder = await cache.folder('lib', filler('one'));
    const file = path.join(folder, 'library');
    utimesSync(file, 1, 1);
    const recorded = () => {
      const record = readInventory(folder).files['library'];
      return record !== undefined && hasStampsOf(file, record);
    };
    expect(recorded()).toBe(false);
    expect(await cache.has('lib')).toBe(true);
    expect(recorded()).toBe(true);
  });

  it('takes a folder away', async () => {
    const cache = new Cache(root);
    await cache.folder('lib', filler('one'));
    await cache.remove('lib');
    await cache.remove('lib');
    expect(await readdir(root)).toEqual([]);
  });

  it('puts a folder inside another one', async () => {
    const cache = new Cache(root);
    await cache.folder('lib', filler('library'));
    await cache.folder(path.join('lib', 'addon'), filler('addon'));
    expect(await cache.has('lib')).toBe(true);
    expect(await cache.has(path.join('lib', 'addon'))).toBe(true);
  });

  it('removes what a killed set-up left, but not what one that runs is filling', async () => {
    const abandoned = path.join(root, `staging-${os.hostname()}-${deadProcess}-0123abcd`);
    const running = path.join(root, `staging-${os.hostname()}-${process.ppid}-0123abcd`);
    const elsewhere = path.join(root, `staging-another.host-${deadProcess}-0123abcd`);
    for (const folder of [abandoned, running, elsewhere]) await mkdir(folder);
    await writeFile(path.join(abandoned, 'library'), 'half');
    await new Cache(root).folder('lib', filler('one'));
    expect(existsSync(abandoned)).toBe(false);
    expect(existsSync(running)).toBe(true);
    expect(existsSync(elsewhere)).toBe(true);
  });

  it('lets two set-ups at once both end with the complete folder', async () => {
    const contents = 'x'.repeat(1000);
    const folders = await Promise.all(
      [1, 2, 3].map(async () => await new Cache(root).folder('lib', filler(contents))),
    );
    expect(new Set(folders)).toEqual(new Set([path.join(root, 'lib')]));
    expect(await new Cache(root).has('lib')).toBe(true);
    expect(await readFile(path.join(root, 'lib', 'library'), 'utf8')).toBe(contents);
    expect(await readdir(root)).toEqual(['lib']);
  });
});
