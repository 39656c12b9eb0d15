import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Cache } from '../../src/setup/cache.js';
import type { CommandResult, RunCommand } from '../../src/setup/command.js';
import { installerStrategy } from '../../src/setup/installer.js';
import { nativeProblem } from '../../src/tensor/tensorflow/native-check.js';
import type { NativePaths } from '../../src/tensor/tensorflow/native-paths.js';

let root: string;
let cacheRoot: string;
let packageFolder: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-installer-'));
  cacheRoot = path.join(root, 'cache');
  packageFolder = path.join(root, 'package');
  await put(path.join(packageFolder, 'package.json'), '{"version": "4.22.0"}');
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function put(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
}

function native(): NativePaths {
  const addonFolder = path.join(packageFolder, 'lib', 'napi-v8');
  return {
    packageFolder,
    addon: path.join(addonFolder, 'tfjs_binding.node'),
    deps: path.join(packageFolder, 'deps'),
    logFilter: path.join(addonFolder, 'log_filter.so'),
  };
}

async function attempt(run: RunCommand): Promise<void> {
  const progress = {
    isTerminal: false,
    stage: async <T>(_: string, work: () => Promise<T>) => await work(),
    note: () => undefined,
  };
  await installerStrategy(
    {
      cache: new Cache(cacheRoot),
      machine: { platform: 'linux', arch: 'x64', glibc: '2.36' },
      progress,
      run,
      native: native(),
      projectFolder: root,
    },
    'cpu',
  ).attempt();
}

describe("the package's own installer", () => {
  const manifest = () => path.join(packageFolder, 'package.json');

  /** Leaves what the installer would. */
  async function install(): Promise<CommandResult> {
    await writeFile(manifest(), '{}');
    await put(path.join(packageFolder, 'deps', 'lib', 'libtensorflow.so.2'), 'old library');
    await put(path.join(packageFolder, 'lib', 'napi-v8', 'tfjs_binding.node'), 'old addon');
    return { ok: true, output: '' };
  }

  it('has what it installed kept in the cache, where it is watched', async () => {
    await attempt(install);
    const library = path.join(cacheRoot, 'tensorflow-2.9.1-cpu-linux-x64-2');
    expect(await readlink(path.join(packageFolder, 'deps'))).toBe(library);
    expect(nativeProblem(native(), 'stamps')).toBeUndefined();
    await put(path.join(library, 'lib', 'libtensorflow.so.2'), 'new library');
    expect(nativeProblem(native(), 'stamps')?.path).toBe(path.join(library, 'lib', 'libtensorflow.so.2'));
  });

  it('does not empty the library in the cache that the package links to', async () => {
    const library = path.join(root, 'cached library');
    await put(path.join(library, 'lib', 'libtensorflow.so'), 'library');
    await symlink(library, path.join(packageFolder, 'deps'));
    await attempt(async () => {
      expect(existsSync(path.join(packageFolder, 'deps'))).toBe(false);
      return await install();
    });
    expect(await readFile(path.join(library, 'lib', 'libtensorflow.so'), 'utf8')).toBe('library');
  });

  it("has the package's manifest put back that it changes", async () => {
    const failing = attempt(async () => {
      await writeFile(manifest(), '{}');
      return {
        ok: false,
        output: 'Error: Command failed: x\nError: getaddrinfo ENOTFOUND storage.googleapis.com',
      };
    });
    await expect(failing).rejects.toThrow('ENOTFOUND');
    expect(await readFile(manifest(), 'utf8')).toBe('{"version": "4.22.0"}');
  });
});
