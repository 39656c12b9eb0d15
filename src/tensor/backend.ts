import { messageOf, UserError } from '../errors.js';
import type { Engine } from './engine.js';

/** Backends a configuration may name; `auto` takes the native library where it loads, else `wasm`. */
export type BackendName = 'auto' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

export interface EngineOptions {
  readonly backend: BackendName;
  /** Refuse to go on without a GPU. */
  readonly requireGpu?: boolean;
  /** Told why `auto` goes on without the native library. */
  readonly onFallback?: (reason: string) => void;
}

/**
 * Loads a backend. It becomes the only one of this process.
 *
 * @throws UserError `engine` when the backend cannot be loaded or has no GPU though one is required.
 */
export async function openEngine({
  backend,
  requireGpu = false,
  onFallback,
}: EngineOptions): Promise<Engine> {
  const engine = backend === 'auto' ? await openBest(requireGpu, onFallback) : await open(backend);
  if (requireGpu && !engine.info.devices.some((device) => device.includes('GPU'))) {
    throw new UserError(
      'engine',
      `--require-gpu: ${engine.info.library} sees no GPU (devices: ${engine.info.devices.join(', ')}). ` +
        'Run `npm run setup -- --gpu`, then `gan-bench doctor`, or leave --require-gpu away.',
    );
  }
  return engine;
}

async function openBest(requireGpu: boolean, onFallback: EngineOptions['onFallback']): Promise<Engine> {
  try {
    return await open('tensorflow');
  } catch (error) {
    if (requireGpu || !(error instanceof UserError)) throw error;
    onFallback?.(error.message);
    return await open('wasm');
  }
}

async function open(backend: Exclude<BackendName, 'auto'>): Promise<Engine> {
  switch (backend) {
    case 'tensorflow':
      return (await import('./tensorflow.js')).openTensorFlow();
    case 'wasm':
      return await load('wasm', async () => (await import('./wasm.js')).openWasm());
    case 'cpu':
      return await load('cpu', async () => (await import('./cpu.js')).openCpu());
    case 'webgpu':
      throw new UserError(
        'config',
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
