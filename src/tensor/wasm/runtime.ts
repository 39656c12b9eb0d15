import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';
import * as tf from '@tensorflow/tfjs-core';

import { UserError } from '../../errors.js';
import type { Tensor } from '../engine.js';
import { KERNELS } from './kernels/module.js';
import type { KernelName } from './kernels/module.js';
import { JOB } from './kernels/schedule.js';

/** tfjs's own WebAssembly module, in its build with shared memory. */
export type TfjsModule = Awaited<ReturnType<typeof createModule>>;

/** Serves jobs until the process ends; it sleeps in between, and does not keep the process alive. */
const SERVE = `
const { module, memory, job } = require('node:worker_threads').workerData;
new WebAssembly.Instance(module, { env: { memory } }).exports.serve(job);
`;

/** More threads than that find too few units in these networks. */
const MAXIMUM_THREADS = 8;

/** Runs our kernels on the memory in which tfjs keeps its tensors, on all processors. */
export class Runtime {
  readonly #backend: BackendWasm;
  readonly #memory: WebAssembly.Memory;
  /** Address of the one job, which all threads know. */
  readonly #job: number;
  readonly #runJob: (job: number, kernel: number, units: number) => unknown;

  constructor(backend: BackendWasm, tfjs: TfjsModule, kernels: WebAssembly.Module) {
    this.#backend = backend;
    this.#memory = tfjs.wasmMemory;
    this.#job = tfjs.cwrap('malloc', 'number', ['number'])(JOB.bytes);
    new Int32Array(this.#memory.buffer, this.#job, JOB.bytes / 4).fill(0);
    const { run } = new WebAssembly.Instance(kernels, { env: { memory: this.#memory } }).exports;
    if (typeof run !== 'function') throw new Error('the kernels export no function to run a job');
    this.#runJob = (...values) => Reflect.apply(run, undefined, values);
    const workerData = { module: kernels, memory: this.#memory, job: this.#job };
    for (let thread = 1; thread < Math.min(availableParallelism(), MAXIMUM_THREADS); thread++) {
      new Worker(SERVE, { eval: true, workerData }).unref();
    }
  }

  /** Runs so many units of a kernel and waits for them. Its arguments are tensors, whose addresses it gets, and numbers. */
  run(kernel: KernelName, units: number, values: readonly (Tensor | number)[]): void {
    const list = values.map((value) => (typeof value === 'number' ? value : this.#address(value)));
    new Int32Array(this.#memory.buffer, this.#job + JOB.arguments, list.length).set(list);
    this.#runJob(this.#job, KERNELS.indexOf(kernel), units);
  }

  /** A new tensor of unspecified content. */
  allocate(shape: readonly number[]): Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.#backend.makeOutput([...shape], 'float32'));
  }

  /** The values of a tensor in place. Shared memory does not move when it grows. */
  floats(x: Tensor): Float32Array {
    return new Float32Array(this.#memory.buffer, this.#address(x), x.size);
  }

  #address(x: Tensor): number {
    const address = this.#backend.getMemoryOffset(x.dataId);
    if (address === 0) {
      throw new UserError(
        'engine',
        "wasm: the 4 GiB of WebAssembly's memory are full. Take a smaller batchSize.",
      );
    }
    return address;
  }
}
