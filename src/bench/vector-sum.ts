import { performance } from 'node:perf_hooks';

import * as tf from '@tensorflow/tfjs-core';

import type { Engine } from '../tensor/engine.js';
import { type Spread, spreadOf } from './measurement.js';

/** Numbers: more than any cache holds. */
const SIZE = 2 ** 25;
const SMALLER_SIZES: ReadonlyMap<string, number> = new Map([
  ['wasm', 2 ** 22],
  ['cpu', 2 ** 20],
]);
/** Of a program in the place of a GPU. */
const SOFTWARE_SIZE = 2 ** 18;

/** How often it is summed: more than once, for the first time brings the pages in. */
const TIMES = 5;

/** Sums of a large float32 vector, each of which reads it once. */
export interface VectorSums {
  readonly bytes: number;
  readonly milliseconds: Spread;
}

/** How fast the memory gives what this engine reads. */
export async function vectorSums(engine: Engine): Promise<VectorSums> {
  const { backend, usesGpu } = engine.info;
  const isSoftware = backend === 'webgpu' && !usesGpu;
  const size = isSoftware ? SOFTWARE_SIZE : (SMALLER_SIZES.get(backend) ?? SIZE);
  const x = engine.tensor(new Float32Array(size).fill(1), [size]);
  const times: number[] = [];
  for (let time = 0; time < TIMES; time++) {
    const startedAt = performance.now();
    const total = tf.sum(x);
    await engine.read(total);
    times.push(performance.now() - startedAt);
    total.dispose();
  }
  x.dispose();
  return { bytes: Float32Array.BYTES_PER_ELEMENT * size, milliseconds: spreadOf(times) };
}
