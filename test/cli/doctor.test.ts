import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { doctorCommand, type DoctorProbes } from '../../src/cli/doctor.js';
import {
  checkKernels,
  checkMemory,
  checkNative,
  checkNode,
  checkPortable,
  judgeSpace,
} from '../../src/cli/doctor-checks.js';
import { usableMemory } from '../../src/support/room.js';
import { satisfies } from '../../src/support/package.js';
import type { NativeStatus } from '../../src/tensor/tensorflow/native-probe.js';
import type { WebGpuStatus } from '../../src/tensor/webgpu/probe.js';
import { readyStatus as ready } from '../support/native-status.js';
import { capturePrinted, type Printed } from './printed.js';

const unusable: NativeStatus = { state: 'unusable', reason: 'The native TensorFlow library is not set up.' };

const healthy: DoctorProbes = {
  native: () => Promise.resolve(ready),
  files: () => undefined,
  portable: () => Promise.resolve('wasm 1'),
  gpus: () => [],
  webgpu: () => Promise.resolve({ state: 'absent' }),
  gpuDevices: () => [],
};

let folder: string;
let printed: Printed;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-doctor-'));
  printed = capturePrinted();
});

afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

async function doctor(probes: DoctorProbes, args: readonly string[] = []): Promise<string> {
  await doctorCommand(probes).parseAsync(['--data-dir', folder, ...args], { from: 'user' });
  return printed.out;
}

describe('gan-bench doctor', () => {
  it('tells library, version and devices', async () => {
    expect(await doctor(healthy)).toMatch(/✓ native library +TensorFlow 2\.21\.0 on CPU: Test/);
  });

  it('compares the files of a library that loads, all their bytes', async () => {
    expect(await doctor(healthy)).toMatch(/✓ library files +as they were set up/);
    const changed = { path: '/cache/lib.so', found: 'has the SHA-256 0…', fix: 'Run `gan-bench setup`.' };
    const text = await doctor({ ...healthy, files: () => changed });
    expect(text).toMatch(/! library files +\/cache\/lib\.so has the SHA-256 0…\n +→ Run `gan-bench setup`\./);
  });

  it('does not read the files of a library that does not load', async () => {
    const text = await doctor({
      ...healthy,
      native: () => Promise.resolve(unusable),
      files: () => expect.unreachable(),
    });
    expect(text).not.toContain('library files');
  });

  it.each([
    ['avx2', 'float32, no bfloat16'],
    ['avx512', 'float32, no bfloat16'],
    ['avx512-bf16', 'float32 and bfloat16'],
    ['avx512-amx', 'float32 and bfloat16'],
  ] as const)('tells that there are kernels for %s, with %s', async (variant, precisions) => {
    const kernels = { state: 'ready', variant } as const;
    const text = await doctor({ ...healthy, native: () => Promise.resolve({ ...ready, kernels }) });
    expect(text).toContain(`for ${variant} (${precisions})\n`);
    expect(text).toMatch(/✓ kernels +for /);
  });

  it('tells why there are no kernels, and how to get them', async () => {
    const kernels = { state: 'missing', reason: 'they are not compiled', fix: 'gan-bench setup' } as const;
    const text = await doctor({ ...healthy, native: () => Promise.resolve({ ...ready, kernels }) });
    expect(text).toMatch(/! kernels +none: they are not compiled\n +→ gan-bench setup\n/);
  });

  it('says how to get a data set that is missing, and does not call it a problem', async () => {
    const text = await doctor(healthy);
    expect(text).toMatch(/! data set cifar100 +not in /);
    expect(text).toContain('→ gan-bench data fetch cifar100');
  });

  describe('on WebGPU', () => {
    const told = async (status: WebGpuStatus, devices: readonly string[] = []) =>
      await doctor({ ...healthy, webgpu: () => Promise.resolve(status), gpuDevices: () => devices });
    const device = {
      state: 'ready',
      isSoftware: false,
      features: ['shader-f16'],
      largestBuffer: 2 ** 30,
    } as const;

    it('says nothing where it was not asked for and no GPU is in sight', async () => {
      expect(await told({ state: 'absent' })).not.toContain('WebGPU');
    });

    it('says how to use a GPU that is in sight', async () => {
      const text = await told({ state: 'absent' }, ['/dev/dri/renderD128']);
      expect(text).toMatch(
        /! WebGPU +not set up, and there is a GPU \(\/dev\/dri\/renderD128\)\n +→ gan-bench setup --webgpu\n/,
      );
    });

    it('tells adapter, limits, features and the others', async () => {
      const text = await told({ ...device, adapters: ['Card A', 'Card B'], device: 'Card B' });
      expect(text).toMatch(
        /✓ WebGPU +Card B; tensors up to 1\.1 GB; shader-f16; others: Card A \(GAN_BENCH_GPU chooses\)\n/,
      );
    });

    it('does not take a program for a GPU', async () => {
      const text = await told({
        ...device,
        isSoftware: true,
        adapters: ['SwiftShader'],
        device: 'SwiftShader',
      });
      expect(text).toMatch(/✓ WebGPU +SwiftShader, a program on the processor and no GPU; /);
    });

    it('tells why it does not work', async () => {
      expect(await told({ state: 'unusable', reason: 'Dawn crashed.' })).toMatch(
        /! WebGPU +Dawn crashed\.\n/,
      );
    });
  });

  it('exits with 1 when no backend works', async () => {
    const text = await doctor({
      ...healthy,
      native: () => Promise.resolve(unusable),
      portable: () => Promise.reject(new Error('no WebAssembly')),
    });
    expect(text).toContain('✗ portable backend');
    expect(text).toContain('Runs will not work yet');
    expect(process.exitCode).toBe(1);
  });

  it('prints one JSON document with --json', async () => {
    const answer: unknown = JSON.parse(
      await doctor({ ...healthy, native: () => Promise.resolve(unusable) }, ['--json']),
    );
    expect(answer).toHaveProperty('ok');
    expect(answer).toHaveProperty('checks', expect.arrayContaining([checkNative(unusable, [])]));
  });
});

describe('checks', () => {
  it('compares versions number by number', () => {
    expect(satisfies('20.17.0', '>=20.17')).toBe(true);
    expect(satisfies('20.9.0', '>=20.17')).toBe(false);
    expect(satisfies('22.0.0', '>=20.17')).toBe(true);
    expect(satisfies('18.20.4', '>=20.17')).toBe(false);
    expect(checkNode('18.0.0', '>=20.17')).toMatchObject({
      state: 'problem',
      found: '18.0.0, needed is >=20.17',
    });
  });

  it('warns of a library that does not load, and of a GPU that is not used', () => {
    expect(checkNative(unusable, [])).toMatchObject({ state: 'warning', found: unusable.reason });
    expect(checkNative(ready, ['NVIDIA H200'])).toMatchObject({ state: 'warning' });
    expect(checkNative({ ...ready, usesGpu: true }, ['NVIDIA H200'])).toMatchObject({ state: 'ok' });
  });

  it('warns of missing kernels, but not where there is a GPU or no library at all', () => {
    const kernels = { state: 'missing', reason: 'x' } as const;
    expect(checkKernels({ ...ready, kernels })).toEqual([
      { name: 'kernels', state: 'warning', found: 'none: x' },
    ]);
    expect(checkKernels({ ...ready, kernels, usesGpu: true })).toMatchObject([
      { state: 'ok', found: 'none: x' },
    ]);
    expect(checkKernels(unusable)).toEqual([]);
  });

  it('takes a broken portable backend for a problem only where there is no native library', async () => {
    const load = () => Promise.reject(new Error('x'));
    expect(await checkPortable(load, true)).toMatchObject({ state: 'warning' });
    expect(await checkPortable(load, false)).toMatchObject({ state: 'problem' });
  });

  it('judges space: a full disk for results is a problem', () => {
    expect(judgeSpace('d', 'results', '/r', 1e7)).toMatchObject({
      state: 'problem',
      found: '0.0 GB free in /r',
    });
    expect(judgeSpace('d', 'results', '/r', 5e8)).toMatchObject({ state: 'warning' });
    expect(judgeSpace('d', 'results', '/r', 2e9)).toMatchObject({ state: 'ok' });
    expect(judgeSpace('d', 'data', '/r', 1e7)).toMatchObject({ state: 'warning' });
  });

  it('counts the limit of a container', () => {
    expect(checkMemory(usableMemory(16e9, 0))).toMatchObject({ state: 'ok', found: '16.0 GB' });
    expect(checkMemory(usableMemory(16e9, 1e9))).toMatchObject({ state: 'warning', found: '1.0 GB' });
    expect(checkMemory(usableMemory(16e9, 2 ** 63))).toMatchObject({ state: 'ok', found: '16.0 GB' });
  });
});
