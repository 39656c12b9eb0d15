import { messageOf, UserError } from '../errors.js';
import type { Engine, Precision } from './engine.js';

/** Backends a configuration may name; `auto` takes the native library where it loads, else `wasm`. */
export type BackendName = 'auto' | 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';

export interface EngineOptions {
  readonly backend: BackendName;
  /** Default: float32. */
  readonly precision?: Precision;
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
  precision = 'float32',
  requireGpu = false,
  onFallback,
}: EngineOptions): Promise<Engine> {
  const engine =
    backend === 'auto' ? await openBest(precision, requireGpu, onFallback) : await open(backend, precision);
  if (requireGpu && !engine.info.devices.some((device) => device.includes('GPU'))) {
    throw new UserError(
      'engine',
      `--require-gpu: ${engine.info.library} sees no GPU (devices: ${engine.info.devices.join(', ')}). ` +
        'Run `npm run setup -- --gpu`, then `gan-bench doctor`, or leave --require-gpu away.',
    );
  }
  return engine;
}

async function openBest(
  precision: Precision,
  requireGpu: boolean,
  onFallback: EngineOptions['onFallback'],
): Promise<Engine> {
  try {
    return await open('tensorflow', precision);
  } catch (error) {
    // The portable backend has neither a GPU nor bfloat16.
    if (requireGpu || precision !== 'float32' || !(error instanceof UserError)) throw error;
    onFallback?.(error.message);
    return await open('wasm', precision);
  }
}

async function open(backend: Exclude<BackendName, 'auto'>, precision: Precision): Promise<Engine> {
  if (precision !== 'float32' && backend !== 'tensorflow') {
    throw new UserError(
      'config',
      `precision: "${precision}" needs backend tensorflow, found backend: "${backend}". Use precision: float32, or another backend.`,
    );
  }
  switch (backend) {
    case 'tensorflow':
      return (await import('./tensorflow/open.js')).openTensorFlow(precision);
    case 'wasm':
      return await load('wasm', async () => (await import('./wasm/engine.js')).openWasm());
    case 'cpu':
      return await load('cpu', async () => (await import('./portable/cpu.js')).openCpu());
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
