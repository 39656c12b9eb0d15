import { existsSync, realpathSync } from 'node:fs';

import { UserError } from '../errors.js';
import { packageFolder, satisfies, supportedNode } from '../support/package.js';
import { freeSpace } from '../support/room.js';
import { printable } from '../support/text.js';
import { nativeProblem } from '../tensor/tensorflow/native-check.js';
import { isForCuda, type NativePaths, nativePaths } from '../tensor/tensorflow/native-paths.js';
import { type NativeStatus, probeNative } from '../tensor/tensorflow/native-probe.js';
import { probeWebGpu, type WebGpuStatus } from '../tensor/webgpu/probe.js';
import { Cache } from './cache.js';
import { runCommand } from './command.js';
import { provideDawn } from './dawn.js';
import { loadedDriver } from './driver.js';
import { asFailure } from './failure.js';
import { type KernelTools, provideKernels, removeKernels } from './kernels.js';
import type { Progress } from './progress.js';
import { provideLibrary } from './provide.js';
import { refreshStamps } from './seal.js';
import { strategiesFor, type Wish } from './strategies.js';
import type { SummaryFacts } from './summary.js';
import { thisMachine } from './wheels.js';

/**
 * Provides the native library, its addon and the kernels, as far as they can be had; what came of it is for
 * `summarize`.
 *
 * @throws UserError `engine` where Node is too old, or the cache folder is open to others
 */
export async function setUp(wish: Wish, progress: Progress): Promise<SummaryFacts> {
  checkNode();
  const { gpu, force } = wish;
  const native = nativePaths();
  const cache = new Cache(native.cache);
  cache.refuseForeign();
  const gpuInstalled = (): boolean => isForCuda(native);
  const tools = { cache, progress, run: runCommand };
  const driver = loadedDriver();
  const outcome = await provideLibrary({
    force,
    strategies: strategiesFor(
      { ...tools, machine: thisMachine(), driver, freeSpace, native, projectFolder: packageFolder() },
      wish,
    ),
    inspect: async () => await inspect(native),
    // The kernels are looked at later: that they are damaged says nothing of the library.
    probe: async () => await probeNative({ env: { GAN_BENCH_KERNELS: 'off' } }),
    accepts: (status) => !gpu || gpuInstalled() || (status.state === 'ready' && status.usesGpu),
    progress,
  });
  const { status } = outcome;
  const withKernels =
    status.state === 'ready' && !status.usesGpu
      ? await tryKernels({ ...tools, library: native.library }, probeNative)
      : status;
  return {
    outcome: { ...outcome, status: withKernels },
    gpuAsked: gpu,
    gpuInstalled: gpuInstalled(),
    gpus: driver.gpus,
    ...(wish.webgpu && { webgpu: await tryDawn(tools, force) }),
  };
}

/** Dawn is one more way to train: that it cannot be had is told, and keeps nothing from being set up. */
async function tryDawn(tools: Parameters<typeof provideDawn>[0], force: boolean): Promise<WebGpuStatus> {
  try {
    await provideDawn(tools, force);
  } catch (error) {
    const { message, advice } = asFailure(error);
    return { state: 'unusable', reason: `${message}. ${advice}`.trim() };
  }
  return await tools.progress.stage('try WebGPU', async () => await probeWebGpu());
}

function checkNode(): void {
  const range = supportedNode();
  if (satisfies(process.versions.node, range)) return;
  throw new UserError(
    'engine',
    `Node ${process.versions.node} is too old: gan-bench needs ${range}. See nodejs.org.`,
  );
}

/** Reads all that would be loaded. Right bytes with other times, as in a cache that was copied, are recorded anew. */
async function inspect(native: NativePaths): Promise<string | undefined> {
  if (!existsSync(native.library)) return undefined;
  const problem = nativeProblem(native, 'content');
  if (problem !== undefined) return `${printable(problem.path)} ${problem.found}`;
  await refreshStamps(realpathSync(native.library));
  return undefined;
}

/**
 * Provides the kernels and tries them. Those that end the process are compiled once more, and taken away if that is no
 * help: they are not to keep a library from being used that works without them.
 */
export async function tryKernels(
  tools: KernelTools,
  probe: () => Promise<NativeStatus>,
): Promise<NativeStatus> {
  await provideKernels(tools);
  let status = await probe();
  if (status.state === 'ready') return status;
  tools.progress.note(`with the kernels: ${status.reason}`);
  await provideKernels(tools, { anew: true });
  status = await probe();
  if (status.state === 'ready') return status;
  await removeKernels(tools);
  return await probe();
}
