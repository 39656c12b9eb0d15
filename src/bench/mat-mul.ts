import { performance } from 'node:perf_hooks';

import * as tf from '@tensorflow/tfjs-core';

import type { Engine, Tensor } from '../tensor/engine.js';

/** Rows and columns: a product takes long enough that starting it does not count, and not much longer than a step. */
const SIZE = 2048;
const SMALLER_SIZES: ReadonlyMap<string, number> = new Map([
  ['wasm', 512],
  ['cpu', 128],
]);
const GPU_SIZE = 4096;

/** A product of two square float32 matrices: how fast this engine multiplies when nothing is in its way. */
export class MatMulProbe {
  /** Rows and columns of each matrix. */
  readonly size: number;
  readonly #engine: Engine;
  readonly #a: Tensor;
  readonly #b: Tensor;

  constructor(engine: Engine) {
    const { backend, usesGpu } = engine.info;
    const size = usesGpu ? GPU_SIZE : (SMALLER_SIZES.get(backend) ?? SIZE);
    const values = Float32Array.from({ length: size * size }, (_, index) => (index % 7) / 7);
    this.#engine = engine;
    this.size = size;
    this.#a = engine.tensor(values, [size, size]);
    this.#b = engine.tensor(values, [size, size]);
  }

  /** Multiply-adds count as two operations. */
  get flops(): number {
    return 2 * this.size ** 3;
  }

  /** One product, until its result is there. */
  async milliseconds(): Promise<number> {
    const startedAt = performance.now();
    const { corner } = this.#engine.scope(() => {
      const product = this.#engine.matMul(this.#a, this.#b, false, false);
      // Reading one element waits for the whole product and copies next to nothing.
      const element = tf.slice(product, [0, 0], [1, 1]);
      return { corner: element, keep: [element] };
    });
    await this.#engine.read(corner);
    corner.dispose();
    return performance.now() - startedAt;
  }

  dispose(): void {
    this.#a.dispose();
    this.#b.dispose();
  }
}
