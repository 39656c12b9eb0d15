import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';
import * as tf from '@tensorflow/tfjs-core';

import { UserError } from '../../errors.js';
import type { Tensor } from '../engine.js';
import { KERNELS } from './kernels/module.js';
import type { KernelName } from './kernels/module.js';
import { JOB } from './kernels/schedule.js';
import { Threads } from './threads.js';

/** tfjs's own WebAssembly module, in its build with shared memory. */
export type TfjsModule = Awaited<ReturnType<typeof createModule>>;

/** Runs our kernels on the memory in which tfjs keeps its tensors, on all processors. */
export class Runtime {
  readonly #backend: BackendWasm;
  readonly #memory: WebAssembly.Memory;
  readonly #threads: Threads;

  constructor(backend: BackendWasm, tfjs: TfjsModule, kernels: WebAssembly.Module) {
    this.#backend = backend;
    this.#memory = tfjs.wasmMemory;
    const job = tfjs.cwrap('malloc', 'number', ['number'])(JOB.bytes);
    this.#threads = new Threads({ module: kernels, memory: this.#memory, job });
  }

  /** Runs so many units of a kernel and waits for them. Its arguments are tensors, whose addresses it gets, and numbers. */
  run(kernel: KernelName, units: number, values: readonly (Tensor | number)[]): void {
    const list = values.map((value) => (typeof value === 'number' ? value : this.#address(value)));
    this.#threads.run(KERNELS.indexOf(kernel), units, list);
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
