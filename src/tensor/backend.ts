import { messageOf, UserError } from '../errors.js';
import type { Engine } from './engine.js';

/** Backends a configuration may name; `auto` takes the native library where it loads, else `wasm`. */
export type BackendName = 'auto' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

export interface EngineOptions {
  readonly backend: BackendName;
  /** Refuse to go on without a GPU. */
  readonly requireGpu?: boolean;
}

/**
 * Loads a backend. It becomes the only one of this process.
 *
 * @throws UserError `engine` when the backend cannot be loaded or has no GPU though one is required.
 */
export async function openEngine({ backend, requireGpu = false }: EngineOptions): Promise<Engine> {
  const engine = await open(backend, requireGpu);
  if (requireGpu && !engine.info.devices.some((device) => device.includes('GPU'))) {
    throw new UserError(
      'engine',
      `--require-gpu: ${engine.info.library} sees no GPU (devices: ${engine.info.devices.join(', ')}). ` +
        'Run `npm run setup -- --gpu`, then `gan-bench doctor`, or leave --require-gpu away.',
    );
  }
  return engine;
}

async function open(backend: BackendName, requireGpu: boolean): Promise<Engine> {
  switch (backend) {
    case 'auto':
      try {
        return await open('tensorflow', requireGpu);
      } catch (error) {
        if (requireGpu || !(error instanceof UserError)) throw error;
        return await open('wasm', requireGpu);
      }
    case 'tensorflow':
      return (await import('./tensorflow.js')).openTensorFlow();
    case 'wasm':
      return await load('wasm', async () => (await import('./wasm.js')).openWasm());
    case 'cpu':
      return await load('cpu', async () => (await import('./cpu.js')).openCpu());
    case 'webgpu':
      throw new UserError(
        'engine',
        'backend: "webgpu" is not available yet. Use one of auto, tensorflow, wasm, cpu.',
      );
  }
}

async function load(name: string, start: () => Promise<Engine>): Promise<Engine> {
  try {
    return await start();
  } catch (error) {
    throw new UserError(
      'engine',
      `backend: "${name}" could not be started: ${messageOf(error)}. Run \`npm ci\` again, then \`gan-bench doctor\`.`,
      { cause: error },
    );
  }
}
