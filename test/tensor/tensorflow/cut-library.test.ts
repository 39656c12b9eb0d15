import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { Cache } from '../../../src/setup/cache.js';
import {
  addonFile,
  addonFolder,
  addonLibraries,
  nativePaths,
  tfjsNode,
} from '../../../src/tensor/tensorflow/native-paths.js';
import { typescriptArguments } from '../../support/typescript-child.js';

const name = 'tensorflow-test';
const cudaLibrary = path.join('nvidia', 'stand-in', 'lib', 'libstandin.so.1');

/** A cache whose TensorFlow is a stand-in: it has a library that opens, and what else set-up would leave. */
async function fillCache(root: string): Promise<void> {
  const cache = new Cache(root);
  await cache.folder(name, async (folder) => {
    await mkdir(path.dirname(path.join(folder, cudaLibrary)), { recursive: true });
    await cp(someLibrary(), path.join(folder, cudaLibrary));
  });
  await cache.folder(addonFolder(name, tfjsNode().version), async (folder) => {
    await mkdir(path.dirname(path.join(folder, addonFile)), { recursive: true });
    await writeFile(path.join(folder, addonFile), 'addon');
    await mkdir(path.dirname(path.join(folder, addonLibraries)), { recursive: true });
    await symlink('../../lib', path.join(folder, addonLibraries));
  });
  await cache.link(path.basename(nativePaths().library), name);
}

/** A shared library of this machine's kind, the one for mathematics that Node itself has open. */
function someLibrary(): string {
  const [library] = /\/\S+\/libm[.-]\S+/.exec(readFileSync('/proc/self/maps', 'utf8')) ?? [];
  if (library === undefined) throw new Error('Node has no libm open');
  return library;
}

it.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'a library that was cut short is refused before it is opened, which would end the process',
  async () => {
    const root = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-cut-'));
    onTestFinished(() => rm(root, { recursive: true }));
    await fillCache(root);
    await truncate(path.join(root, name, cudaLibrary), 8192);
    const { signal, status, stderr } = spawnSync(
      process.execPath,
      [...typescriptArguments, path.resolve('test/tensor/tensorflow/cut-library-child.ts')],
      { encoding: 'utf8', env: { ...process.env, GAN_BENCH_CACHE: root } },
    );
    expect({ signal, status }).toEqual({ signal: null, status: 1 });
    expect(stderr).toMatch(
      /libstandin\.so\.1 has 8192 bytes, and had \d+ when it was set up: it is not loaded/,
    );
  },
);
