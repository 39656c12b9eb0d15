import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Cache } from '../../src/setup/cache.js';
import type { Command, CommandResult, RunCommand } from '../../src/setup/command.js';
import { provideKernels } from '../../src/setup/kernels.js';
import { kernelProblem } from '../../src/tensor/tensorflow/native-check.js';
import {
  kernelLibrary,
  kernelSources,
  type KernelVariant,
} from '../../src/tensor/tensorflow/kernel-library.js';

const sources = readdirSync(kernelSources()).filter((name) => name.endsWith('.cc'));

let root: string;
let library: string;
let ran: Command[];
let notes: string[];

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-setup-kernels-'));
  library = path.join(root, 'cache', 'tensorflow-test');
  ran = [];
  notes = [];
  vi.stubEnv('CXX', undefined);
  await putHeaders(library);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

async function putHeaders(folder: string): Promise<void> {
  await mkdir(path.join(folder, 'include', 'tensorflow', 'c'), { recursive: true });
  await writeFile(path.join(folder, 'include', 'tensorflow', 'c', 'kernels.h'), '');
}

/** Leaves on the disk what a compiler would. */
const compiler: RunCommand = async (command) => {
  ran.push(command);
  const output = argument(command, '-o');
  if (output !== undefined) await writeFile(path.join(command.cwd ?? '', output), 'compiled');
  return { ok: true, output: '' };
};

const failing =
  (result: CommandResult, fails: (command: Command) => boolean): RunCommand =>
  async (command) =>
    fails(command) ? result : await compiler(command);

function argument({ args }: Command, option: string): string | undefined {
  const index = args.indexOf(option);
  return index < 0 ? undefined : args[index + 1];
}

/** Set-up as it goes for the library in use; `own` is this processor's variant. */
async function provide(run = compiler, variant: KernelVariant | 'own' = 'avx2', to = library): Promise<void> {
  const inUse = path.join(root, 'in-use');
  if (!existsSync(inUse)) await symlink(to, inUse);
  await provideKernels(
    {
      cache: new Cache(path.join(root, 'cache')),
      progress: {
        isTerminal: false,
        stage: async (_, work) => await work(),
        note: (text) => notes.push(text),
      },
      run,
      library: inUse,
    },
    variant === 'own' ? {} : { variant },
  );
}

const compiled = () => ran.filter(({ args }) => args.includes('-c'));
const linked = () => ran.filter(({ args }) => args.includes('-shared'));

describe('provideKernels', () => {
  it('compiles each source once, for the variant and with the headers of the library', async () => {
    await provide();
    const names = compiled().map((command) => path.basename(argument(command, '-c') ?? ''));
    expect(names.sort()).toEqual(sources.sort());
    for (const command of compiled()) {
      expect(command.args).toContain('-march=x86-64-v3');
      expect(argument(command, '-I')).toBe(path.join(library, 'include'));
    }
  });

  it('links what was compiled into a library beside that of TensorFlow', async () => {
    await provide();
    const [link, ...others] = linked();
    expect(others).toEqual([]);
    expect(link?.args).toEqual(expect.arrayContaining(sources.map((name) => `${name}.o`)));
    expect(link?.args).toContain('-Wl,-rpath,$ORIGIN/../lib');
    expect(existsSync(kernelLibrary(library, 'avx2'))).toBe(true);
    expect(notes).toEqual([]);
  });

  it.each([
    ['avx512', false, false],
    ['avx512-bf16', true, false],
    ['avx512-amx', true, true],
  ] as const)('compiles %s with its own instructions', async (variant, bfloat16, amx) => {
    await provide(compiler, variant);
    for (const { args } of compiled()) {
      expect(args).toContain('-march=x86-64-v4');
      expect(args.includes('-mavx512bf16')).toBe(bfloat16);
      expect(args.includes('-mamx-bf16')).toBe(amx);
    }
    expect(existsSync(kernelLibrary(library, variant))).toBe(true);
  });

  it('is not repeated for kernels that are there', async () => {
    await provide();
    ran = [];
    await provide();
    expect(ran).toEqual([]);
  });

  it('is repeated for kernels that were replaced', async () => {
    await provide();
    const kernels = kernelLibrary(library, 'avx2');
    await writeFile(kernels, 'replaced');
    ran = [];
    await provide();
    expect(linked()).toHaveLength(1);
    expect(await readFile(kernels, 'utf8')).toBe('compiled');
    expect(kernelProblem(kernels)).toBeUndefined();
  });

  it('compiles another variant beside the first', async () => {
    await provide();
    await provide(compiler, 'avx512');
    expect(existsSync(kernelLibrary(library, 'avx2'))).toBe(true);
    expect(existsSync(kernelLibrary(library, 'avx512'))).toBe(true);
  });

  it('takes the compiler that CXX names', async () => {
    vi.stubEnv('CXX', 'clang++');
    await provide();
    expect(new Set([...compiled(), ...linked()].map(({ file }) => file))).toEqual(new Set(['clang++']));
  });

  it('does nothing where GAN_BENCH_KERNELS turns the kernels off', async () => {
    vi.stubEnv('GAN_BENCH_KERNELS', 'off');
    await provide(compiler, 'own');
    expect([ran, notes]).toEqual([[], []]);
  });

  it.each(['-c', '-shared'])(
    'tells in a note that the compiler failed at %s, and leaves nothing',
    async (option) => {
      const result = { ok: false, output: 'fatal error: no such instruction' };
      await provide(failing(result, ({ args }) => args.includes(option)));
      expect(notes).toEqual([expect.stringContaining('fatal error: no such instruction')]);
      expect(readdirSync(library)).toEqual(['include']);
      expect(readdirSync(path.join(root, 'cache'))).toEqual(['tensorflow-test']);
    },
  );

  it('tells in a note which tools are missing, and how to get them', async () => {
    await provide(() => Promise.resolve({ ok: false, output: '' }));
    expect(notes).toEqual([expect.stringMatching(/missing: a C\+\+ compiler.*Install the build tools/)]);
  });

  it('tells in a note that the cache cannot be written', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { syscall: 'write' });
    await provide(() => Promise.reject(full));
    expect(notes).toEqual([expect.stringMatching(/ENOSPC.*GAN_BENCH_CACHE/)]);
  });

  it('tries again after a failure', async () => {
    await provide(() => Promise.resolve({ ok: false, output: '' }));
    await provide();
    expect(existsSync(kernelLibrary(library, 'avx2'))).toBe(true);
  });

  it('does not hide a fault of its own', async () => {
    await expect(provide(() => Promise.reject(new TypeError('x is undefined')))).rejects.toThrow(TypeError);
  });

  it('passes over a library that is not from the cache', async () => {
    const elsewhere = path.join(root, 'elsewhere');
    await putHeaders(elsewhere);
    await provide(compiler, 'avx2', elsewhere);
    expect(ran).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('Python package')]);
    expect(readdirSync(elsewhere)).toEqual(['include']);
  });

  it('passes over a library without headers', async () => {
    await rm(path.join(library, 'include'), { recursive: true });
    await provide();
    expect(ran).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('Python package')]);
  });
});
