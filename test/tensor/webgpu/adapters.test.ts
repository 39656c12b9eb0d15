import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { adapterNames, chooseAdapter, isGpuThere, isSoftware } from '../../../src/tensor/webgpu/adapters.js';
import type { Dawn } from '../../../src/tensor/webgpu/dawn.js';

const NVIDIA = 'NVIDIA H100 PCIe';
const INTEL = 'Intel(R) Arc(tm) A770 Graphics (DG2)';
const SWIFTSHADER = 'SwiftShader Device (Subzero)';

/** Dawn as far as it lists adapters. */
function dawnThatSays(message: string | undefined): Dawn {
  const requestAdapter = () =>
    message === undefined ? Promise.resolve(null) : Promise.reject(new Error(message));
  return { create: vi.fn().mockReturnValue({ requestAdapter }), globals: {} };
}

describe('adapterNames', () => {
  it('are those that Dawn lists', async () => {
    const message = [
      'no suitable backends found',
      'Available adapters:',
      ` * backend: 'vulkan', name: '${NVIDIA}'`,
      ` * backend: 'vulkan', name: '${SWIFTSHADER}'`,
    ].join('\n');
    expect(await adapterNames(dawnThatSays(message))).toEqual([NVIDIA, SWIFTSHADER]);
  });

  it('are none where Dawn lists none, or gives none without a word', async () => {
    expect(await adapterNames(dawnThatSays('no suitable backends found'))).toEqual([]);
    expect(await adapterNames(dawnThatSays(undefined))).toEqual([]);
  });
});

describe('isSoftware', () => {
  it.each([SWIFTSHADER, 'llvmpipe (LLVM 15.0.6, 256 bits)', 'Microsoft Basic Render Driver'])(
    'is %s',
    (name) => {
      expect(isSoftware(name)).toBe(true);
    },
  );

  it.each([NVIDIA, INTEL, 'AMD Radeon RX 7900 XTX (RADV NAVI31)', 'Apple M3 Max'])('is not %s', (name) => {
    expect(isSoftware(name)).toBe(false);
  });
});

describe('chooseAdapter', () => {
  it('takes the first GPU ahead of programs', () => {
    expect(chooseAdapter([SWIFTSHADER, INTEL, NVIDIA], '')).toBe(INTEL);
    expect(chooseAdapter([SWIFTSHADER], '')).toBe(SWIFTSHADER);
  });

  it('takes the one that is wanted, by number or part of its name', () => {
    expect(chooseAdapter([INTEL, NVIDIA], '1')).toBe(NVIDIA);
    expect(chooseAdapter([INTEL, NVIDIA], 'h100')).toBe(NVIDIA);
  });

  it.each(['2', 'radeon'])('names what there is where %s is wanted', (wanted) => {
    expect(() => chooseAdapter([INTEL, NVIDIA], wanted)).toThrow(
      `GAN_BENCH_GPU: found "${wanted}", allowed is 0 (${INTEL}), 1 (${NVIDIA}), or part of a name.`,
    );
  });

  it('says what is missing where there is none', () => {
    expect(() => chooseAdapter([], '')).toThrow(/^WebGPU finds no adapter: .+gan-bench doctor/);
  });
});

describe('isGpuThere', () => {
  beforeEach(() => {
    vi.stubEnv('GAN_BENCH_CACHE', '/nowhere/at/all');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is false where Dawn is not set up', async () => {
    expect(await isGpuThere()).toBe(false);
  });
});
