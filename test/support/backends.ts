import { setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';

import { UserError } from '../../src/errors.js';
import { openEngine } from '../../src/tensor/backend.js';
import type { Engine, EngineInfo } from '../../src/tensor/engine.js';

export type TestBackend = Exclude<EngineInfo['backend'], 'webgpu'>;

const ALL: readonly TestBackend[] = ['cpu', 'wasm', 'tensorflow'];

/** Every backend that starts here: wasm and cpu anywhere, tensorflow where the native library is set up. */
const engines = new Map<TestBackend, Engine>();

for (const backend of ALL) {
  try {
    engines.set(backend, await openEngine({ backend }));
  } catch (error) {
    if (backend !== 'tensorflow' || !(error instanceof UserError)) throw error;
  }
}

/** The engine of a backend, made the current one: what is computed from now on is computed there. */
export async function activate(backend: TestBackend): Promise<Engine> {
  const engine = engines.get(backend);
  if (engine === undefined) throw new Error(`${backend} does not start here`);
  await setBackend(backend);
  return engine;
}

/** Runs the tests of a suite once on each backend; those of a backend that does not start here show as skipped. */
export function onEachBackend(
  suite: (engine: () => Engine, backend: TestBackend) => void,
  backends: readonly TestBackend[] = ALL,
): void {
  for (const backend of backends) {
    describe.skipIf(!engines.has(backend))(`on ${backend}`, () => {
      let engine: Engine | undefined;
      beforeAll(async () => {
        engine = await activate(backend);
      });
      suite(() => {
        if (engine === undefined) throw new Error('the backend is there only while tests run');
        return engine;
      }, backend);
    });
  }
}

/** Runs the tests of a suite with the project's own kernels; they show as skipped where there are none. */
export function withKernels(suite: (engine: () => Engine) => void): void {
  const library = engines.get('tensorflow')?.info.library ?? '';
  describe.skipIf(!library.includes('with kernels'))(`with kernels (${library})`, () => {
    onEachBackend(suite, ['tensorflow']);
  });
}
