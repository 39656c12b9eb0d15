import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { Cache } from '../../../src/setup/cache.js';
import { typescriptArguments } from '../../support/typescript-child.js';

const name = 'tensorflow-test';
const cudaLibrary = path.join('nvidia', 'stand-in', 'lib', 'libstandin.so.1');

/** A checkout whose TensorFlow is a stand-in: it has a library that opens, and what else set-up would leave. */
async function checkout(base: string): Promise<{ library: string; child: string }> {
  const packageFolder = path.join(base, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  const addonFolder = path.join(packageFolder, 'lib', 'napi-v8');
  const cache = new Cache(path.join(base, 'cache'));
  await cache.folder(name, async (folder) => {
    await mkdir(path.dirname(path.join(folder, cudaLibrary)), { recursive: true });
    await cp(someLibrary(), path.join(folder, cudaLibrary));
  });
  await cache.folder(path.join(name, 'addon-4.22.0'), (folder) =>
    writeFile(path.join(folder, 'tfjs_binding.node'), 'addon'),
  );
  await mkdir(addonFolder, { recursive: true });
  await writeFile(path.join(addonFolder, 'tfjs_binding.node'), 'addon');
  await writeFile(path.join(packageFolder, 'package.json'), '{"version": "4.22.0"}');
  await symlink(path.join(base, 'cache', name), path.join(packageFolder, 'deps'));
  await symlink(path.resolve('node_modules/zod'), path.join(base, 'node_modules', 'zod'));
  const core = path.join('node_modules', '@tensorflow', 'tfjs-core');
  await symlink(path.resolve(core), path.join(base, core));
  await writeFile(path.join(base, 'package.json'), '{"type": "module"}');
  for (const part of ['src', 'test/tensor/tensorflow'])
    await cp(part, path.join(base, part), { recursive: true });
  return {
    library: path.join(base, 'cache', name, cudaLibrary),
    child: path.join(base, 'test', 'tensor', 'tensorflow', 'cut-library-child.ts'),
  };
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
    const base = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-cut-'));
    onTestFinished(() => rm(base, { recursive: true }));
    const { library, child } = await checkout(base);
    await truncate(library, 8192);
    const { signal, status, stderr } = spawnSync(process.execPath, [...typescriptArguments, child], {
      encoding: 'utf8',
    });
    expect({ signal, status }).toEqual({ signal: null, status: 1 });
    expect(stderr).toMatch(
      /libstandin\.so\.1 has 8192 bytes, and had \d+ when it was set up: it is not loaded/,
    );
  },
);
