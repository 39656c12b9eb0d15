import { messageOf, UserError } from '../errors.js';
import type { Engine, Precision } from './engine.js';

interface Entry {
  readonly precisions: readonly Precision[];
  /** Loads what the engine needs, and nothing of the others. */
  readonly open: (precision: Precision) => Promise<Engine>;
}

/** Every engine by the name of its backend. */
const ENGINES = {
  tensorflow: {
    precisions: ['float32', 'bfloat16'],
    open: async (precision: Precision) => (await import('./tensorflow/open.js')).openTensorFlow(precision),
  },
  webgpu: {
    precisions: ['float32'],
    open: async () => (await (await import('./webgpu/open.js')).openWebGpu()).engine,
  },
  wasm: {
    precisions: ['float32'],
    open: () => start('wasm', async () => (await import('./wasm/engine.js')).openWasm()),
  },
  cpu: {
    precisions: ['float32'],
    open: () => start('cpu', async () => (await import('./portable/cpu.js')).openCpu()),
  },
} satisfies Record<string, Entry>;

/** An engine to ask for. */
export type EngineName = keyof typeof ENGINES;

/**
 * Backends a configuration may name. `auto` takes a GPU where one works, through CUDA or else WebGPU, then the native
 * library, then `wasm`.
 */
export type BackendName = 'auto' | EngineName;

export interface EngineOptions {
  readonly backend: BackendName;
  /** Default: float32. */
  readonly precision?: Precision;
  /** Refuse to go on without a GPU. */
  readonly requireGpu?: boolean;
  /** Told why `auto` goes on without a GPU that is there, or without the native library. */
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
  if (requireGpu && !engine.info.usesGpu) {
    throw new UserError(
      'engine',
      `--require-gpu: ${engine.info.library} sees no GPU (devices: ${engine.info.devices.join(', ')}). ` +
        'Run `gan-bench setup --webgpu` (any GPU) or `gan-bench setup --gpu` (NVIDIA, CUDA), then `gan-bench doctor`, or leave out --require-gpu.',
    );
  }
  return engine;
}

async function openBest(
  precision: Precision,
  requireGpu: boolean,
  onFallback: EngineOptions['onFallback'],
): Promise<Engine> {
  if (precision === 'float32' && (await onlyWebGpuHasOne())) {
    const engine = await attempt('webgpu', precision, onFallback);
    if (engine !== undefined) return engine;
  }
  // The portable backend has neither a GPU nor bfloat16.
  if (requireGpu || precision !== 'float32') return await open('tensorflow', precision);
  return (await attempt('tensorflow', precision, onFallback)) ?? (await open('wasm', precision));
}

/** Whether a GPU is here that WebGPU can use, and the native library is none for CUDA. */
async function onlyWebGpuHasOne(): Promise<boolean> {
  const { isForCuda, nativePaths } = await import('./tensorflow/native-paths.js');
  if (isForCuda(nativePaths())) return false;
  return await (await import('./webgpu/adapters.js')).isGpuThere();
}

/** An engine, or undefined where something that the user can mend keeps it from opening, which is told. */
async function attempt(
  backend: EngineName,
  precision: Precision,
  onFallback: EngineOptions['onFallback'],
): Promise<Engine | undefined> {
  try {
    return await open(backend, precision);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    onFallback?.(error.message);
    return undefined;
  }
}

async function open(backend: EngineName, precision: Precision): Promise<Engine> {
  const engine: Entry = ENGINES[backend];
  if (!engine.precisions.includes(precision)) {
    throw new UserError(
      'config',
      `precision: "${precision}" needs backend ${withPrecision(precision)}, found backend: "${backend}". Use precision: float32, or another backend.`,
    );
  }
  return await engine.open(precision);
}

function withPrecision(precision: Precision): string {
  const entries: readonly (readonly [string, Entry])[] = Object.entries(ENGINES);
  return entries
    .filter(([, { precisions }]) => precisions.includes(precision))
    .map(([name]) => name)
    .join(' or ');
}

/** An engine that is part of the installation: what keeps it from starting is told with the way to mend it. */
async function start(name: string, open: () => Promise<Engine>): Promise<Engine> {
  try {
    return await open();
  } catch (error) {
    throw new UserError(
      'engine',
      `backend: "${name}" could not be started: ${messageOf(error)}. Run \`npm ci\` again, then \`gan-bench doctor\`.`,
      { cause: error },
    );
  }
}
