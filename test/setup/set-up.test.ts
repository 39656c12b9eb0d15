import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Cache } from '../../src/setup/cache.js';
import type { RunCommand } from '../../src/setup/command.js';
import type { KernelTools } from '../../src/setup/kernels.js';
import { tryKernels } from '../../src/setup/set-up.js';
import { kernelLibrary, kernelVariant } from '../../src/tensor/tensorflow/kernel-library.js';
import type { NativeStatus } from '../../src/tensor/tensorflow/native-probe.js';
import { readyStatus as ready } from '../support/native-status.js';

const crash: NativeStatus = { state: 'unusable', reason: 'The library crashed while loading (SIGBUS).' };

const variant = kernelVariant();

describe.skipIf(variant === undefined)('tryKernels', () => {
  let root: string;
  let library: string;
  let links: number;
  let notes: string[];

  beforeEach(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-set-up-'));
    library = path.join(root, 'cache', 'tensorflow-test');
    links = 0;
    notes = [];
    const headers = path.join(library, 'include', 'tensorflow', 'c');
    await mkdir(headers, { recursive: true });
    await writeFile(path.join(headers, 'kernels.h'), '');
    await symlink(library, path.join(root, 'in-use'));
  });

  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  const compiler: RunCommand = async ({ args, cwd = '' }) => {
    if (args.includes('-shared')) links += 1;
    const output = args[args.indexOf('-o') + 1];
    if (args.includes('-o') && output !== undefined) await writeFile(path.join(cwd, output), 'compiled');
    return { ok: true, output: '' };
  };

  function tools(): KernelTools {
    return {
      cache: new Cache(path.join(root, 'cache')),
      progress: {
        isTerminal: false,
        stage: async (_, work) => await work(),
        note: (text) => notes.push(text),
      },
      run: compiler,
      library: path.join(root, 'in-use'),
    };
  }

  const kernels = () => kernelLibrary(library, variant ?? 'avx2');

  /** The answers of one attempt after the other. */
  const answering = (answers: NativeStatus[]) => () => Promise.resolve(answers.shift() ?? crash);

  it('compiles kernels once that work', async () => {
    expect(await tryKernels(tools(), answering([ready]))).toEqual(ready);
    expect([links, notes]).toEqual([1, []]);
  });

  it('compiles kernels once more that end the process', async () => {
    expect(await tryKernels(tools(), answering([crash, ready]))).toEqual(ready);
    expect(links).toBe(2);
    expect(notes).toEqual([expect.stringContaining('SIGBUS')]);
  });

  it('takes kernels away that are no better then, and keeps the library', async () => {
    expect(await tryKernels(tools(), answering([crash, crash, ready]))).toEqual(ready);
    expect(existsSync(kernels())).toBe(false);
    expect(existsSync(library)).toBe(true);
    expect(notes.at(-1)).toContain('without the faster kernels');
  });
});
