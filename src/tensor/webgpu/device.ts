import { UserError } from '../../errors.js';
import { adapterNames, chooseAdapter } from './adapters.js';
import { loadDawn } from './dawn.js';

/** A device, what it is, and what has gone wrong with it. */
export interface OpenDevice {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  /** Of the adapter; the device has only what is asked for. */
  readonly features: ReadonlySet<string>;
  /** All that Dawn lists; the device is one of them. */
  readonly adapters: readonly string[];
  /** As its driver names it. */
  readonly name: string;
  readonly failure: Failure;
}

/** What a device says of itself, at any moment, when it can go on no more. */
export class Failure {
  #error: UserError | undefined;
  readonly #waiting = new Set<(error: UserError) => void>();

  /** The first one counts: others follow from it. */
  tell(error: UserError): void {
    this.#error ??= error;
    for (const reject of this.#waiting) reject(this.#error);
    this.#waiting.clear();
  }

  /** @throws UserError `engine` once the device has failed. */
  check(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  /** The result of work on the device; its failure where that comes first, for the work may then never end. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.check();
    let reject: (error: UserError) => void = () => undefined;
    const failed = new Promise<never>((_, rejectNow) => {
      reject = rejectNow;
    });
    this.#waiting.add(reject);
    try {
      const result = await Promise.race([work, failed]);
      this.check();
      return result;
    } finally {
      this.#waiting.delete(reject);
    }
  }
}

/** Limits that are raised to what the adapter has: the defaults are those of a telephone. */
const LIMITS = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
] as const;

/** Features that are had where the adapter has them: kernels are timed by the first, and by its full clock. */
const FEATURES = ['timestamp-query'] as const;
const FULL_CLOCK = 'disable-dawn-features=timestamp_quantization';

/** Dawn ends the process where one of these is collected while its devices live. */
const opened: GPU[] = [];

/**
 * Opens the adapter that GAN_BENCH_GPU names, else the first GPU; makes the names global that WebGPU programs expect.
 *
 * @throws UserError `engine` when there is none, or none that is wanted.
 */
export async function openDevice(): Promise<OpenDevice> {
  const dawn = loadDawn();
  const adapters = await adapterNames(dawn);
  const name = chooseAdapter(adapters);
  const gpu = dawn.create([`adapter=${name}`, FULL_CLOCK]);
  opened.push(gpu);
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(theNavigator(), 'gpu', { value: gpu, configurable: true });
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null)
    throw new UserError('engine', `WebGPU: ${name} gives no adapter. Run \`gan-bench doctor\`.`);
  const requiredLimits = Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]]));
  const requiredFeatures = FEATURES.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
  const failure = new Failure();
  void device.lost.then(({ reason, message }) => {
    failure.tell(new UserError('engine', lost(name, reason, message)));
  });
  device.addEventListener('uncapturederror', ({ error }) => {
    failure.tell(new UserError('engine', uncaptured(name, error)));
  });
  return { device, info: adapter.info, features: adapter.features, adapters, name, failure };
}

/** Node has one since version 21. */
function theNavigator(): object {
  const found: unknown = Reflect.get(globalThis, 'navigator');
  if (typeof found === 'object' && found !== null) return found;
  const navigator = {};
  Object.assign(globalThis, { navigator });
  return navigator;
}

function lost(name: string, reason: string, message: string): string {
  return `WebGPU lost ${name} (${reason}): ${firstLine(message)}. The driver was reset or the machine slept; \`--resume\` goes on from the last checkpoint.`;
}

function uncaptured(name: string, error: GPUError): string {
  const text = firstLine(error.message);
  const isMemory = error.constructor.name === 'GPUOutOfMemoryError';
  return isMemory
    ? `${name} is out of memory: ${text}. Try half the batch size (--set batchSize=…).`
    : `WebGPU on ${name} reports an error: ${text}.`;
}

function firstLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')[0]
      ?.replace(/[.:\s]+$/, '') ?? ''
  );
}
