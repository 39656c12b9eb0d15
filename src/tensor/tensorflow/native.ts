import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import util from 'node:util';

import { messageOf, UserError } from '../../errors.js';
import { setLibraryEnvironment } from './environment.js';
import { readInventory } from '../cache/inventory.js';
import { openLibrary } from '../cache/open-library.js';
import { kernelLibrary, kernelStatus } from './kernel-library.js';
import type { KernelStatus } from './kernel-library.js';
import { kernelProblem, nativeProblem } from './native-check.js';
import { addonFile, logFilterFile, nativePaths, tfjsNode } from './native-paths.js';
import type { NativeBackend } from './native-backend.js';
import { refuse } from '../cache/trust.js';

/** The native TensorFlow library, loaded into this process. */
export interface NativeTensorFlow {
  /** Version of the TensorFlow library itself, such as `2.21.0`. */
  readonly version: string;
  /** What operations run on, such as `GPU: NVIDIA H200` or `CPU: AMD EPYC 7R13`. */
  readonly devices: readonly string[];
  readonly usesGpu: boolean;
  /** tfjs's backend; its executeSingleOutput and executeMultipleOutputs run any TensorFlow operation by name. */
  readonly backend: NativeBackend;
  /** The project's own operations, loaded too where they can be. */
  readonly kernels: KernelStatus;
}

/**
 * Loads the native TensorFlow library and makes it tfjs's backend. A library that is broken in the wrong way can
 * end the process: ask `probeNative` first where that must not happen.
 *
 * @throws UserError `engine` when it is not set up, is not what set-up left there, or does not load.
 */
export function loadNativeTensorFlow(): NativeTensorFlow {
  const paths = nativePaths();
  const { library, addonFolder } = paths;
  const logFilter = path.join(addonFolder, logFilterFile);
  if (!existsSync(addonFolder)) {
    throw new UserError(
      'engine',
      `The native TensorFlow library is not set up in ${paths.cache}. Run \`gan-bench setup\`.`,
    );
  }
  refuse(nativeProblem(paths, 'stamps'));
  setLibraryEnvironment();
  restoreRemovedNodeFunctions();
  if (existsSync(logFilter)) openLibrary(logFilter, os.constants.dlopen.RTLD_GLOBAL);
  // What does not open is left to TensorFlow, which then goes on without a GPU.
  openLibraries(cudaLibraries(library));
  exposeCudaTools(library);
  const backend = registeredBackend(path.join(addonFolder, addonFile));
  const usesGpu = backend.isUsingGpuDevice;
  const cpu = `CPU: ${os.cpus()[0]?.model.trim() ?? os.arch()}`;
  return {
    version: backend.binding.TF_Version,
    devices: usesGpu ? [...gpuNames(), cpu] : [cpu],
    usesGpu,
    backend,
    kernels: openKernels(library, usesGpu),
  };
}

/** Loads the addon, which loads the library, and makes it tfjs's backend. */
function registeredBackend(addon: string): NativeBackend {
  const require = createRequire(import.meta.url);
  try {
    const binding: unknown = require(addon);
    const bundle: unknown = require(path.join(tfjsNode().folder, 'index.cjs'));
    const backend = isBundle(bundle) ? bundle.register(binding) : undefined;
    if (!isNativeBackend(backend)) throw new Error('tfjs-node did not register its backend');
    return backend;
  } catch (error) {
    throw new UserError(
      'engine',
      `The native TensorFlow library does not load: ${messageOf(error)}. Run \`gan-bench setup\`.`,
      { cause: error },
    );
  }
}

/** The library's operations are known to TensorFlow from the moment it is open. */
function openKernels(library: string, usesGpu: boolean): KernelStatus {
  const status = kernelStatus(library, usesGpu);
  if (status.state === 'missing') return status;
  const kernels = kernelLibrary(library, status.variant);
  refuse(kernelProblem(kernels));
  if (openLibrary(kernels, 0)) return status;
  return { state: 'missing', reason: 'they do not load', fix: 'gan-bench setup --force' };
}

function isBundle(bundle: unknown): bundle is { readonly register: (binding: unknown) => unknown } {
  return typeof bundle === 'object' && bundle !== null && 'register' in bundle;
}

function isNativeBackend(backend: unknown): backend is NativeBackend {
  return typeof backend === 'object' && backend !== null && 'executeMultipleOutputs' in backend;
}

/** Models of the NVIDIA GPUs that the driver lists, whether or not TensorFlow can use them; Linux only. */
export function nvidiaGpus(folder = '/proc/driver/nvidia/gpus'): string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map(
        (gpu) =>
          /^Model:\s*(.+)$/m.exec(readFileSync(path.join(folder, gpu, 'information'), 'utf8'))?.[1] ?? gpu,
      );
  } catch {
    return [];
  }
}

function gpuNames(): string[] {
  const names = nvidiaGpus();
  return names.length > 0 ? names.map((name) => `GPU: ${name}`) : ['GPU'];
}

/** The package calls two functions that Node 23 dropped. */
function restoreRemovedNodeFunctions(): void {
  const removed = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: (value: unknown) => Array.isArray(value),
  };
  for (const [name, value] of Object.entries(removed)) {
    if (!(name in util)) Object.defineProperty(util, name, { value, configurable: true, writable: true });
  }
}

/**
 * The CUDA libraries of a set-up for GPUs. TensorFlow opens them by their bare names. Those are found when libraries
 * of these names are open already, so that LD_LIBRARY_PATH, read only when a process starts, is not needed.
 */
function cudaLibraries(library: string): string[] {
  return Object.keys(readInventory(library).files)
    .filter((name) => /^nvidia\/[^/]+\/lib\/[^/]+\.so(\.\d+)+$/.test(name))
    .map((name) => path.join(library, name));
}

/** ptxas, which TensorFlow runs to compile kernels for GPUs newer than itself, is looked up on the PATH. */
function exposeCudaTools(library: string): void {
  const tools = path.join(library, 'nvidia', 'cuda_nvcc', 'bin');
  if (!existsSync(tools)) return;
  process.env['PATH'] = [tools, process.env['PATH'] ?? ''].join(path.delimiter);
}

/**
 * Opens shared libraries that may need one another, in whatever order works, and leaves them open: from then on the
 * process finds them by their bare names.
 *
 * @returns The files that never opened.
 */
export function openLibraries(files: readonly string[]): readonly string[] {
  let waiting = files;
  let before: number;
  do {
    before = waiting.length;
    waiting = waiting.filter((file) => !openLibrary(file, 0));
  } while (waiting.length > 0 && waiting.length < before);
  return waiting;
}
