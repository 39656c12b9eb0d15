import { performance } from 'node:perf_hooks';

import * as tf from '@tensorflow/tfjs-core';

import type { Engine, Tensor } from '../tensor/engine.js';

/** Matrices grow until a product takes so long that starting it no longer counts; slow backends stop early. */
const SMALLEST = 256;
const LARGEST = 4096;
const LONG_ENOUGH_MILLISECONDS = 20;

/** A product of two square float32 matrices: how fast this engine multiplies when nothing is in its way. */
export class MatMulProbe {
  /** Rows and columns of each matrix. */
  readonly size: number;
  readonly #engine: Engine;
  readonly #a: Tensor;
  readonly #b: Tensor;

  private constructor(engine: Engine, size: number) {
    this.#engine = engine;
    this.size = size;
    const values = Float32Array.from({ length: size * size }, (_, index) => (index % 7) / 7);
    this.#a = engine.tensor(values, [size, size]);
    this.#b = engine.tensor(values, [size, size]);
  }

  /** Finds a fitting size. */
  static async open(engine: Engine): Promise<MatMulProbe> {
    for (let size = SMALLEST; ; size *= 2) {
      const probe = new MatMulProbe(engine, size);
      // The first product also pays for the copy of the matrices to the device.
      await probe.milliseconds();
      const longEnough = (await probe.milliseconds()) >= LONG_ENOUGH_MILLISECONDS;
      if (longEnough || size === LARGEST) return probe;
      probe.dispose();
    }
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
