import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { nvidiaGpus, openLibraries } from '../../../src/tensor/tensorflow/native.js';
import { probeNative } from '../../../src/tensor/tensorflow/native-probe.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-native-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function script(text: string): Promise<string> {
  const file = path.join(folder, 'child.mjs');
  await writeFile(file, text);
  return file;
}

describe('probeNative', () => {
  it('gives what the child reports on its last line', async () => {
    const status = {
      state: 'ready',
      version: '2.21.0',
      devices: ['CPU: Test'],
      usesGpu: false,
      kernels: { state: 'missing', reason: 'not compiled', fix: 'gan-bench setup' },
    };
    const child = await script(`console.log('noise'); console.log('${JSON.stringify(status)}')`);
    expect(await probeNative({ script: child })).toEqual(status);
  });

  it('survives a library that crashes', async () => {
    const crash = await script(`process.kill(process.pid, 'SIGSEGV'); setTimeout(() => {}, 60_000)`);
    expect(await probeNative({ script: crash })).toEqual({
      state: 'unusable',
      reason: 'The library crashed while loading (SIGSEGV).',
    });
    const old = await script(`process.kill(process.pid, 'SIGILL'); setTimeout(() => {}, 60_000)`);
    expect(await probeNative({ script: old })).toHaveProperty(
      'reason',
      expect.stringContaining('processor does not have'),
    );
  });

  it('survives one that ends the process', async () => {
    const child = await script(`console.error('fatal: no such thing'); process.exit(7)`);
    expect(await probeNative({ script: child })).toEqual({
      state: 'unusable',
      reason: 'The library could not be tried: fatal: no such thing',
    });
  });
});

describe('nvidiaGpus', () => {
  it('reads the models that the driver lists', async () => {
    for (const [bus, model] of [
      ['0000:41:00.0', 'NVIDIA A100'],
      ['0000:01:00.0', 'NVIDIA H200'],
    ] as const) {
      await mkdir(path.join(folder, bus));
      await writeFile(path.join(folder, bus, 'information'), `Model: \t\t ${model}\nIRQ:   \t\t 16\n`);
    }
    expect(nvidiaGpus(folder)).toEqual(['NVIDIA H200', 'NVIDIA A100']);
  });

  it('is empty without a driver', () => {
    expect(nvidiaGpus(path.join(folder, 'nothing'))).toEqual([]);
  });
});

const hasCompiler = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

describe.runIf(hasCompiler)('openLibraries', () => {
  async function compile(name: string, source: string, needs: readonly string[] = []): Promise<string> {
    const file = path.join(folder, name);
    await writeFile(`${file}.c`, source);
    execFileSync('cc', ['-shared', '-fPIC', `-Wl,-soname,${name}`, `${file}.c`, '-o', file, ...needs]);
    return file;
  }

  it('makes libraries known by their bare names, in whatever order they need one another', async () => {
    const id = path.basename(folder);
    const base = await compile(`lib${id}-base.so.1`, 'int base_of_test(void) { return 1; }');
    const user = await compile(
      `lib${id}-user.so.1`,
      'int base_of_test(void); int user_of_test(void) { return base_of_test(); }',
      [base],
    );
    const broken = path.join(folder, 'libbroken.so.1');
    await writeFile(broken, 'no library');

    expect(openLibraries([user, broken, base])).toEqual([broken]);
    // This is how TensorFlow opens CUDA's libraries: a bare name that lies on no search path.
    const open = (name: string) => () => {
      process.dlopen({ exports: {} }, name, os.constants.dlopen.RTLD_LAZY);
    };
    expect(open(path.basename(user))).toThrow('did not self-register');
    expect(open(`lib${id}-other.so.1`)).toThrow('cannot open shared object file');
  });
});
