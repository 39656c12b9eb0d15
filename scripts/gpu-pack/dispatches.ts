import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';

import { sizeOf } from '../../src/tensor/layout.js';

type Run = WebGPUBackend['runWebGPUProgram'];
type Program = Parameters<Run>[0];
type Uniforms = Parameters<Run>[3];

/** One dispatch, and the least that it has to do. */
export interface Dispatch {
  readonly kernel: string;
  /** What it computes: shapes of products, rows × terms × columns, else of the first output. */
  readonly problem: string;
  /** Of all arrays that it reads or writes, once each. */
  readonly bytes: number;
  /** Two for each multiply-add of a product; undefined where that is not known. */
  readonly operations: number | undefined;
}

/** A dispatch with the time that the device took for it, where the device tells. */
export interface TimedDispatch extends Dispatch {
  readonly milliseconds: number | undefined;
}

const BYTES = 4;

/** Runs something that issues all its work before it first waits, and tells the dispatches of it. */
export async function dispatchesOf(work: () => Promise<unknown>): Promise<TimedDispatch[]> {
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error('the current backend is another one');
  const seen: Dispatch[] = [];
  const run: Run = backend.runWebGPUProgram.bind(backend);
  backend.runWebGPUProgram = (program, inputs, dtype, uniforms, output) => {
    // The key and the sizes are there before tfjs has put its own to them.
    const [kernel, counts] = [kernelOf(program), countsOf(program, uniforms)];
    const result = run(program, inputs, dtype, uniforms, output);
    seen.push(dispatchOf(kernel, counts, [result, ...inputs]));
    return result;
  };
  let done: Promise<unknown> = Promise.resolve();
  try {
    const timing = await backend.time(() => {
      done = work();
    });
    await done;
    const milliseconds = timesOf(timing, seen.length);
    return seen.map((dispatch, index) => ({ ...dispatch, milliseconds: milliseconds?.[index] }));
  } finally {
    backend.runWebGPUProgram = run;
  }
}

function kernelOf({ shaderKey, constructor }: Program): string {
  const own = /^gan-bench (.*) \{/.exec(shaderKey)?.[1];
  return own ?? `tfjs: ${constructor.name.replace(/Program\d*$/, '')}`;
}

/** The numbers that a kernel of ours is given, by name. */
function countsOf({ uniforms = '' }: Program, values: Uniforms): ReadonlyMap<string, number> {
  const names = [...uniforms.matchAll(/(\w+) : [uf]32/g)].map(([, name = '']) => name);
  return new Map(names.map((name, index) => [name, values?.[index]?.data[0] ?? NaN]));
}

function dispatchOf(
  kernel: string,
  counts: ReadonlyMap<string, number>,
  arrays: readonly tf.TensorInfo[],
): Dispatch {
  const sizes = new Map(arrays.map(({ dataId, shape }) => [dataId, sizeOf(shape)]));
  const bytes = BYTES * [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const [rows, columns, depth] = ['rows', 'columns', 'depth'].map((name) => counts.get(name));
  if (rows === undefined || columns === undefined || depth === undefined)
    return { kernel, problem: (arrays[0]?.shape ?? []).join(' × '), bytes, operations: undefined };
  const batches = counts.get('batches') ?? 1;
  const times = batches > 1 ? `${batches} of ` : '';
  return {
    kernel,
    problem: `${times}${rows} × ${depth} × ${columns}`,
    bytes,
    operations: 2 * batches * rows * columns * depth,
  };
}

/** tfjs tells each kernel's time in words only, in the order of the dispatches. */
function timesOf(timing: tf.BackendTimingInfo, count: number): number[] | undefined {
  const words = timing.getExtraProfileInfo?.() ?? '';
  const times = words.split(', ').map((word) => Number(/: ([\d.e+-]+)$/.exec(word)?.[1] ?? NaN));
  return times.length === count && times.some((time) => time > 0) ? times : undefined;
}
