import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, statSync, utimesSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Cache } from '../../../src/setup/cache.js';
import { kernelProblem, nativeProblem } from '../../../src/tensor/tensorflow/native-check.js';
import { addonFile, logFilterFile, type NativePaths } from '../../../src/tensor/tensorflow/native-paths.js';
import { describeDistrust, type Distrust, foreignHandOnCache } from '../../../src/tensor/cache/trust.js';

const library = 'tensorflow-test';
const addon = 'addon-4.22.0-2';
const kernels = path.join(library, 'kernels-avx2-0123', 'kernels.so');

let base: string;
let root: string;
let paths: NativePaths;

beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-trust-'));
  root = path.join(base, 'cache');
  paths = pathsIn(root);
  await setUp();
});

afterEach(async () => {
  await rm(base, { recursive: true });
});

function pathsIn(cache: string): NativePaths {
  const inUse = path.join(cache, 'in-use');
  return { cache, library: inUse, addonFolder: path.join(inUse, addon) };
}

/** Puts into the cache what set-up would. */
async function setUp(): Promise<void> {
  const cache = new Cache(root);
  await cache.folder(library, async (folder) => {
    await put(path.join(folder, 'lib', 'libtensorflow_cc.so.2'), 'library');
    await symlink('libtensorflow_cc.so.2', path.join(folder, 'lib', 'libtensorflow.so'));
    await put(path.join(folder, 'include', 'c_api.h'), 'header');
  });
  await cache.folder(path.join(library, addon), async (folder) => {
    await fillAddon(folder);
    await put(path.join(folder, logFilterFile), 'filter');
  });
  await cache.folder(path.dirname(kernels), async (folder) => {
    await put(path.join(folder, 'kernels.so'), 'kernels');
  });
  await cache.link('in-use', library);
}

async function fillAddon(folder: string): Promise<void> {
  await put(path.join(folder, addonFile), 'addon');
  await mkdir(path.join(folder, 'deps'));
  await symlink('../../lib', path.join(folder, 'deps', 'lib'));
}

async function put(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

const told = (problem: Distrust | undefined) => problem && describeDistrust(problem);
const refusal = () => told(nativeProblem(paths, 'stamps'));

const inLibrary = (...names: string[]) => path.join(root, library, ...names);
const largeLibrary = () => inLibrary('lib', 'libtensorflow_cc.so.2');

/** Other bytes, and all else as it was. */
async function replaceUnseen(file: string, text: string): Promise<void> {
  const times = path.join(base, 'times');
  await writeFile(times, '');
  // To the nanosecond, which Node cannot set.
  execFileSync('touch', ['-r', file, times]);
  await writeFile(file, text);
  execFileSync('touch', ['-r', times, file]);
}

describe('what set-up made', () => {
  it('is trusted', () => {
    expect(nativeProblem(paths, 'stamps')).toBeUndefined();
    expect(nativeProblem(paths, 'content')).toBeUndefined();
    expect(kernelProblem(path.join(root, kernels))).toBeUndefined();
  });

  it.skipIf(process.platform === 'win32')('is for nobody else, whatever the umask', async () => {
    const before = process.umask(0o002);
    try {
      await rm(base, { recursive: true });
      await setUp();
    } finally {
      process.umask(before);
    }
    const modes = (...names: string[]) =>
      names.map((name) => (statSync(path.join(root, name)).mode & 0o777).toString(8));
    const folders = modes('', library, path.join(library, 'lib'), path.dirname(kernels));
    expect(folders).toEqual(Array(4).fill('700'));
    expect(modes(kernels, path.join(library, 'inventory.json'))).toEqual(['600', '600']);
  });

  it('may lie where others may write, as long as they cannot put another in its place', () => {
    chmodSync(base, 0o1777);
    expect(nativeProblem(paths, 'stamps')).toBeUndefined();
    chmodSync(base, 0o777);
    expect(refusal()).toContain(`${base} may be written by everybody (mode 777)`);
    expect(refusal()).toContain('GAN_BENCH_CACHE');
    // Nor somewhere above.
    expect(foreignHandOnCache(path.join(root, library))).toHaveProperty('path', base);
  });

  it('may lack the log filter, which cannot be compiled everywhere', async () => {
    await new Cache(root).folder(path.join(library, addon), fillAddon, { replace: true });
    expect(nativeProblem(paths, 'stamps')).toBeUndefined();
    // But not get one from elsewhere.
    await put(inLibrary(addon, logFilterFile), 'filter');
    expect(refusal()).toContain('log_filter.so was not put there by set-up');
  });

  it('is not an addon that is in no inventory, nor a library that is not there', async () => {
    const record = inLibrary(addon, 'inventory.json');
    await writeFile(record, '{"files": {}, "links": {}}');
    expect(refusal()).toContain(`${inLibrary(addon, addonFile)} was not put there by set-up`);
    await rm(paths.library);
    expect(refusal()).toContain(`${paths.library} leads to no library`);
  });

  it('is not a library of another cache', async () => {
    await rename(path.join(root, library), path.join(base, library));
    await rm(paths.library);
    await symlink(path.join(base, library), paths.library);
    expect(refusal()).toContain(`${paths.library} leads out of ${root}`);
  });

  it('stays trusted where it is copied to, with other times and inodes', async () => {
    const copy = path.join(base, 'copy');
    await cp(root, copy, { recursive: true, verbatimSymlinks: true });
    expect(nativeProblem(pathsIn(copy), 'stamps')).toBeUndefined();
  });
});

describe('a changed file', () => {
  it('is refused if it is the addon or the log filter, by its bytes', async () => {
    for (const file of [inLibrary(addon, addonFile), inLibrary(addon, logFilterFile)]) {
      const before = await readFile(file, 'utf8');
      await replaceUnseen(file, before.toUpperCase());
      expect(refusal()).toContain(file);
      expect(refusal()).toContain('SHA-256');
      expect(refusal()).toContain('gan-bench setup');
      await writeFile(file, before);
    }
  });

  it('is refused if it is the kernels, by its bytes', async () => {
    const file = path.join(root, kernels);
    await replaceUnseen(file, 'KERNELS');
    expect(told(kernelProblem(file))).toContain(`${file} has the SHA-256`);
  });

  it('is refused if it is a library that was cut short, by its size', async () => {
    await truncate(largeLibrary(), 3);
    expect(refusal()).toContain(largeLibrary());
    expect(refusal()).toContain('has 3 bytes, and had 7 when it was set up');
  });

  it('is refused if it is a library of the right size that was written later', async () => {
    await writeFile(largeLibrary(), 'LIBRARY');
    utimesSync(largeLibrary(), 1, 1);
    expect(refusal()).toContain('SHA-256');
  });

  it('is refused if it is a library that was exchanged for another', async () => {
    const other = path.join(base, 'other');
    await writeFile(other, 'LIBRARY');
    execFileSync('touch', ['-r', largeLibrary(), other]);
    await rename(other, largeLibrary());
    expect(refusal()).toContain('SHA-256');
    await rm(largeLibrary());
    expect(refusal()).toContain('is missing');
    await mkdir(largeLibrary());
    expect(refusal()).toContain('is no file');
  });

  it('is refused if it is a link that leads elsewhere', async () => {
    await put(inLibrary('lib', 'other.so'), 'other');
    await rm(inLibrary('lib', 'libtensorflow.so'));
    await symlink('other.so', inLibrary('lib', 'libtensorflow.so'));
    expect(refusal()).toContain('leads to other.so');
  });

  it('is no obstacle where it is never loaded', async () => {
    await writeFile(inLibrary('include', 'c_api.h'), 'another header');
    expect(nativeProblem(paths, 'content')).toBeUndefined();
  });

  it('cannot be told without an inventory, or with one of another version', async () => {
    await writeFile(inLibrary('inventory.json'), '{"lib/libtensorflow_cc.so.2": 7}');
    expect(refusal()).toContain('this version');
    await rm(inLibrary('inventory.json'));
    expect(refusal()).toContain('has no inventory.json');
  });
});

/** Each file and folder that decides what is loaded. */
const guarded = {
  'the cache folder': () => root,
  'the folder of the library': () => path.join(root, library),
  'the folder of the libraries': () => inLibrary('lib'),
  'the library': largeLibrary,
  'the inventory': () => inLibrary('inventory.json'),
  "the addon's folder": () => inLibrary(addon),
  'the folder of its file': () => inLibrary(addon, path.dirname(addonFile)),
  'the addon': () => inLibrary(addon, addonFile),
  "the addon's inventory": () => inLibrary(addon, 'inventory.json'),
} satisfies Record<string, () => string>;

describe.skipIf(process.platform === 'win32')('a foreign hand', () => {
  it.each(Object.entries(guarded))('is refused on %s that others may write', (_, place) => {
    for (const bit of [0o020, 0o002]) {
      const { mode } = statSync(place());
      chmodSync(place(), mode | bit);
      expect(refusal()).toContain(place());
      expect(refusal()).toContain('may be written by others');
      expect(refusal()).toContain(`chmod go-w ${place()}`);
      chmodSync(place(), mode);
    }
    expect(nativeProblem(paths, 'stamps')).toBeUndefined();
  });

  it('is refused on the kernels', () => {
    for (const file of [path.join(root, kernels), path.dirname(path.join(root, kernels))]) {
      const { mode } = statSync(file);
      chmodSync(file, mode | 0o002);
      expect(kernelProblem(path.join(root, kernels))).toHaveProperty('path', file);
      chmodSync(file, mode);
    }
  });

  // Only root may give files away.
  describe.skipIf(process.geteuid?.() !== 0)('of another user', () => {
    it.each(Object.entries(guarded))('is refused on %s', (_, place) => {
      chownSync(place(), 65_534, 65_534);
      expect(refusal()).toContain(place());
      expect(refusal()).toContain('belongs to the user with number 65534');
    });
  });
});
