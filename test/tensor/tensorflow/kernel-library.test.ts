import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import {
  hasBfloat16,
  KERNEL_VARIANTS,
  kernelLibrary,
  kernelStatus,
  kernelVariant,
} from '../../../src/tensor/tensorflow/kernel-library.js';

const AVX2 = 'fma movbe f16c bmi1 bmi2 avx2';
const AVX512 = `${AVX2} avx512f avx512bw avx512cd avx512dq avx512vl`;
const BFLOAT16 = `${AVX512} avx512_bf16`;
const AMX = `${BFLOAT16} amx_tile amx_bf16`;

/** As Linux tells of two processors. */
const cpuinfo = (flags: string) =>
  [0, 1]
    .map(
      (processor) =>
        `processor\t: ${processor}\nmodel name\t: Test\nflags\t\t: fpu sse2 ${flags} ibpb\nbugs\t\t: spectre\n`,
    )
    .join('\n');

describe('kernelVariant', () => {
  it.each([
    ['AVX2', AVX2, 'avx2'],
    ['AVX-512', AVX512, 'avx512'],
    ['AVX-512 and bfloat16', BFLOAT16, 'avx512-bf16'],
    ['a matrix unit too', AMX, 'avx512-amx'],
    ['a matrix unit for whole numbers only', AMX.replace('amx_bf16', 'amx_int8'), 'avx512-bf16'],
    ['neither', 'avx', undefined],
  ])('is the one for the widest vectors of a processor with %s', (_, flags, expected) => {
    expect(kernelVariant(cpuinfo(flags), '')).toBe(expected);
  });

  it.each(AVX2.split(' '))('is none where only %s is missing', (flag) => {
    expect(kernelVariant(cpuinfo(AVX2.replace(flag, '')), '')).toBeUndefined();
  });

  it('needs all instructions of the variants before it', () => {
    expect(kernelVariant(cpuinfo(BFLOAT16.replace('avx512dq', '')), '')).toBe('avx2');
    expect(kernelVariant(cpuinfo('avx512_bf16'), '')).toBeUndefined();
  });

  it('takes no longer name for a flag', () => {
    expect(kernelVariant(cpuinfo(AVX2.replace('avx2', 'avx2_vnni')), '')).toBeUndefined();
  });

  it('is none on other systems and other processors', () => {
    expect(kernelVariant('', '')).toBeUndefined();
    expect(kernelVariant('processor\t: 0\nFeatures\t: fp asimd sve avx2\n', '')).toBeUndefined();
  });

  it.each(KERNEL_VARIANTS)('is %s where that is asked for', (wanted) => {
    expect(kernelVariant(cpuinfo(AMX), wanted)).toBe(wanted);
  });

  it('is none where one is asked for that the processor cannot run', () => {
    expect(kernelVariant(cpuinfo(AVX2), 'avx512')).toBeUndefined();
  });

  it.each(['off', 'AVX2', 'sse'])('is none for %s, which names none', (wanted) => {
    expect(kernelVariant(cpuinfo(BFLOAT16), wanted)).toBeUndefined();
  });
});

describe('hasBfloat16', () => {
  it.each([
    ['avx2', false],
    ['avx512', false],
    ['avx512-bf16', true],
    ['avx512-amx', true],
  ] as const)('of kernels for %s is %s', (variant, expected) => {
    expect(hasBfloat16({ state: 'ready', variant })).toBe(expected);
  });

  it('is false where there are no kernels', () => {
    expect(hasBfloat16({ state: 'missing', reason: 'they are not compiled' })).toBe(false);
  });
});

describe('files', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-kernels-'));
    await writeFile(path.join(folder, 'a.cc'), 'int a;');
    await writeFile(path.join(folder, 'b.h'), 'int b;');
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  describe('kernelLibrary', () => {
    const library = () => kernelLibrary('/lib', 'avx512', folder);

    it('lies in a folder of its own, named after variant and sources', () => {
      expect(library()).toMatch(/^\/lib\/kernels-avx512-[0-9a-f]{12}\/kernels\.so$/);
      expect(library()).toBe(library());
    });

    it('is another one for another variant', () => {
      expect(kernelLibrary('/lib', 'avx2', folder)).toBe(library().replace('avx512', 'avx2'));
    });

    it('is another one once a source, or a header, is another', async () => {
      const before = library();
      await writeFile(path.join(folder, 'b.h'), 'int c;');
      const after = library();
      expect(after).not.toBe(before);
      await rename(path.join(folder, 'a.cc'), path.join(folder, 'c.cc'));
      expect(library()).not.toBe(after);
    });
  });

  describe('kernelStatus', () => {
    it('is ready where the library is compiled', async () => {
      const library = kernelLibrary(folder, 'avx2');
      await mkdir(path.dirname(library));
      await writeFile(library, '');
      expect(kernelStatus(folder, false, 'avx2')).toEqual({ state: 'ready', variant: 'avx2' });
      expect(kernelStatus(folder, false, 'avx512')).toMatchObject({ state: 'missing' });
    });

    it('says that it is not compiled, and how to mend that', () => {
      expect(kernelStatus(folder, false, 'avx2')).toEqual({
        state: 'missing',
        reason: 'they are not compiled',
        fix: 'gan-bench setup',
      });
    });

    it('says that a GPU has no use for it', () => {
      expect(kernelStatus(folder, true, 'avx2')).toHaveProperty('reason', expect.stringContaining('GPU'));
    });

    it('says that GAN_BENCH_KERNELS turns it off', () => {
      vi.stubEnv('GAN_BENCH_KERNELS', 'off');
      expect(kernelStatus(folder, false)).toMatchObject({
        reason: 'GAN_BENCH_KERNELS is "off", which names none for this processor',
        fix: 'Leave GAN_BENCH_KERNELS unset.',
      });
    });
  });
});
