import { createRequire } from 'node:module';
import path from 'node:path';

import { BackendWasm, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';
import * as tf from '@tensorflow/tfjs-core';

import { assemble } from './kernels/module.js';
import { Runtime } from './runtime.js';
import type { TfjsModule } from './runtime.js';
import { replaceSplit } from './split.js';

/**
 * The module asks for eight workers for XNNPACK's thread pool, and waits until each has answered once. They are not
 * needed: what takes the time runs on threads of our own, which unlike those do not spin while they have no work.
 */
class StandInWorker {
  #tell: (answer: { readonly cmd: 'loaded' }) => void = () => undefined;

  on(event: string, listener: (answer: { readonly cmd: 'loaded' }) => void): void {
    if (event === 'message') this.#tell = listener;
  }

  postMessage(): void {
    queueMicrotask(() => {
      this.#tell({ cmd: 'loaded' });
    });
  }

  unref(): void {
    // It keeps nothing alive.
  }

  terminate(): void {
    // It runs nothing.
  }
}

const FOLDER = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')),
  'wasm-out',
);

let started: Promise<Runtime> | undefined;

/**
 * Starts tfjs's WebAssembly backend, once per process, in its build with shared memory: tfjs itself takes that only
 * in browsers.
 */
export async function startRuntime(): Promise<Runtime> {
  started ??= start();
  return await started;
}

async function start(): Promise<Runtime> {
  const starting = withoutListeners(() => withStandIns(() => createModule({ locateFile })));
  const [module, kernels] = await Promise.all([starting, assemble()]);
  module.PThread.terminateAllThreads();
  setThreadsCount(1);
  const backend = new BackendWasm(Object.assign(module, { tfjs: bridge(module) }));
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', () => backend);
  replaceSplit(backend);
  return new Runtime(backend, module, kernels);
}

/**
 * The module makes the process throw again what nobody caught. Node ends a process that throws without that as well,
 * and does not then show the module's 60,000-character line of source as the place of the error.
 */
function withoutListeners<T>(start: () => T): T {
  const exceptions = process.listeners('uncaughtException');
  const rejections = process.listeners('unhandledRejection');
  const result = start();
  for (const listener of process.listeners('uncaughtException')) {
    if (!exceptions.includes(listener)) process.removeListener('uncaughtException', listener);
  }
  for (const listener of process.listeners('unhandledRejection')) {
    if (!rejections.includes(listener)) process.removeListener('unhandledRejection', listener);
  }
  return result;
}

/** The module makes Node's Worker a global and takes it from there at once: here it finds the stand-in instead. */
function withStandIns<T>(start: () => T): T {
  const earlier = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  Object.defineProperty(globalThis, 'Worker', {
    configurable: true,
    get: () => StandInWorker,
    set: () => undefined,
  });
  try {
    return start();
  } finally {
    if (earlier === undefined) Reflect.deleteProperty(globalThis, 'Worker');
    else Object.defineProperty(globalThis, 'Worker', earlier);
  }
}

function locateFile(file: string): string {
  return path.join(FOLDER, file);
}

/** What the backend calls besides its kernels, as tfjs's own start-up puts it together. */
function bridge(module: TfjsModule) {
  return {
    init: module.cwrap('init', null, []),
    initWithThreadsCount: module.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: module.cwrap('get_threads_count', 'number', []),
    registerTensor: module.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: module.cwrap('dispose_data', null, ['number']),
    dispose: module.cwrap('dispose', null, []),
  };
}
