import { existsSync } from 'node:fs';

import { setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';

import { UserError } from '../../src/errors.js';
import { openEngine, type EngineName } from '../../src/tensor/backend.js';
import { gpuDevices } from '../../src/tensor/webgpu/gpu-devices.js';
import type { Engine, Precision } from '../../src/tensor/engine.js';

/** An engine in float32, or what computes in bfloat16. */
export type TestEngine = EngineName | 'tensorflow/bfloat16';

/** A program that stands in for a GPU takes its time. */
const TIMES: Readonly<Partial<Record<TestEngine, { readonly timeout: number }>>> = {
  webgpu: { timeout: 600_000 },
};

interface TestOptions {
  readonly backend: EngineName;
  readonly precision: Precision;
}

const OPTIONS: Readonly<Record<TestEngine, TestOptions>> = {
  cpu: { backend: 'cpu', precision: 'float32' },
  wasm: { backend: 'wasm', precision: 'float32' },
  webgpu: { backend: 'webgpu', precision: 'float32' },
  tensorflow: { backend: 'tensorflow', precision: 'float32' },
  'tensorflow/bfloat16': { backend: 'tensorflow', precision: 'bfloat16' },
};

/** Those that compute everything; bfloat16 takes what the networks are made of and nothing else. */
const ALL: readonly EngineName[] = ['cpu', 'wasm', 'tensorflow'];
/** The same and the one that is a thousand times slower where a program stands in for a GPU: for single operations. */
const EVERY: readonly EngineName[] = [...ALL, 'webgpu'];
/** Those that are compared with the plainest. */
export const BESIDE_CPU = EVERY.filter((name) => name !== 'cpu');

/** Those that are there where their libraries are set up. */
const NEEDS_SETUP: readonly EngineName[] = ['tensorflow', 'webgpu'];

/**
 * Every engine that starts here: wasm and cpu anywhere, tensorflow where the native library is set up, and in bfloat16
 * where the kernels have it, webgpu where Dawn is set up and finds an adapter.
 */
const engines = new Map<TestEngine, Engine>();

useSoftwareAdapter();
for (const name of [...EVERY, 'tensorflow/bfloat16'] as const) {
  try {
    engines.set(name, await openEngine(OPTIONS[name]));
  } catch (error) {
    if (!NEEDS_SETUP.includes(OPTIONS[name].backend) || !(error instanceof UserError)) throw error;
  }
}

/** Where there is no GPU, the program in its place that Debian's chromium brings is found by this variable only. */
function useSoftwareAdapter(): void {
  const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
  if (gpuDevices().length === 0 && existsSync(driver)) process.env['VK_DRIVER_FILES'] ??= driver;
}

/** The engine of a backend, made the current one: what is computed from now on is computed there. */
export async function activate(name: TestEngine): Promise<Engine> {
  const engine = engines.get(name);
  if (engine === undefined) throw new Error(`${name} does not start here`);
  await setBackend(OPTIONS[name].backend);
  return engine;
}

/** Runs the tests of a suite once on each backend; those of a backend that does not start here show as skipped. */
export function onEachBackend(
  suite: (engine: () => Engine, backend: EngineName) => void,
  backends: readonly EngineName[] = ALL,
): void {
  for (const backend of backends) {
    onEngine(backend, (engine) => {
      suite(engine, backend);
    });
  }
}

/** The same on every backend, WebGPU among them. */
export function onEveryBackend(suite: (engine: () => Engine, backend: EngineName) => void): void {
  onEachBackend(suite, EVERY);
}

/** The same for engines of either precision. */
export function onEachEngine(
  suite: (engine: () => Engine, name: TestEngine) => void,
  names: readonly TestEngine[],
): void {
  for (const name of names) {
    onEngine(name, (engine) => {
      suite(engine, name);
    });
  }
}

function onEngine(name: TestEngine, suite: (engine: () => Engine) => void): void {
  describe.skipIf(!engines.has(name))(`on ${name}`, TIMES[name] ?? {}, () => {
    let engine: Engine | undefined;
    beforeAll(async () => {
      engine = await activate(name);
    });
    suite(() => {
      if (engine === undefined) throw new Error('the backend is there only while tests run');
      return engine;
    });
  });
}

/** Runs the tests of a suite with the project's own kernels; they show as skipped where there are none. */
export function withKernels(suite: (engine: () => Engine) => void): void {
  const library = engines.get('tensorflow')?.info.library ?? '';
  describe.skipIf(!library.includes('with kernels'))(`with kernels (${library})`, () => {
    onEachBackend(suite, ['tensorflow']);
  });
}

/** Runs the tests of a suite in bfloat16, with the float32 engine of the same kernels beside it. */
export function inBfloat16(suite: (engine: () => Engine, float32: () => Engine) => void): void {
  onEngine('tensorflow/bfloat16', (engine) => {
    suite(engine, () => {
      const float32 = engines.get('tensorflow');
      if (float32 === undefined) throw new Error('bfloat16 is there only where float32 is');
      return float32;
    });
  });
}
