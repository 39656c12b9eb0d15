import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

import type { Tensor } from '../engine.js';
import { sizeOf } from '../layout.js';
import type { Kernel, Programs } from './program.js';

const WORKGROUP = 256;

/** All elements of some tensors one after the other. As many are read in one dispatch as the device has arrays for. */
export function gather(programs: Programs, tensors: readonly Tensor[]): Tensor {
  return tf.engine().makeTensorFromTensorInfo(gatherUntracked(programs, tensors));
}

/** The same for tfjs, which makes a tensor of it itself. */
function gatherUntracked(programs: Programs, tensors: readonly tf.TensorInfo[]): tf.TensorInfo {
  const sized = tensors.map((tensor) => ({ tensor, size: sizeOf(tensor.shape) }));
  const flat = programs.allocate([sizeOfAll(sized)]);
  inChunks(sized, programs.arrays - 1, (chunk, start) => {
    programs.runInto(flat, {
      name: `gathering ${chunk.length}`,
      inputs: Object.fromEntries(chunk.map(({ tensor }, index) => [`part${index}`, tensor])),
      ...sharedOut(
        chunk.map(({ size }) => size),
        start,
      ),
      text: chosen(chunk.length, (index) => `result[uniforms.start + index] = part${index}[at];`),
    });
  });
  return flat;
}

/** The other way round: a vector as vectors of these sizes. */
function scatter(programs: Programs, flat: tf.TensorInfo, sizes: readonly number[]): tf.TensorInfo[] {
  const parts: tf.TensorInfo[] = [];
  inChunks(
    sizes.map((size) => ({ size })),
    programs.arrays - 1,
    (chunk, start) => {
      parts.push(
        ...programs.runUntracked({
          name: `scattering ${chunk.length}`,
          inputs: { flat },
          outputs: chunk.map(({ size }) => [size]),
          ...sharedOut(
            chunk.map(({ size }) => size),
            start,
          ),
          text: chosen(chunk.length, (index) => `result${index || ''}[at] = flat[uniforms.start + index];`),
        }),
      );
    },
  );
  return parts;
}

const sizesSchema = z.object({ numOrSizeSplits: z.array(z.number().positive()) });

/**
 * Replaces the backend's SplitV and Concat for vectors, which take a dispatch for each of the parts, or copy what they
 * have put together once more: a network has many parameters.
 */
export function replaceSplitAndConcat(programs: Programs): void {
  replace('SplitV', (inputs, attributes) => {
    const [x] = inputs;
    const sizes = sizesSchema.safeParse(attributes).data?.numOrSizeSplits;
    return x && sizes && isVector(x) ? scatter(programs, x, sizes) : undefined;
  });
  replace('Concat', (inputs) => {
    const areMany = inputs.length > 1 && inputs.every((x) => isVector(x) && sizeOf(x.shape) > 0);
    return areMany ? gatherUntracked(programs, inputs) : undefined;
  });
}

function isVector({ shape, dtype }: tf.TensorInfo): boolean {
  return shape.length === 1 && dtype === 'float32';
}

/** Puts a kernel ahead of one of the backend's, which is left what the new one does not compute. */
function replace(
  name: string,
  compute: (
    inputs: readonly tf.TensorInfo[],
    attributes: unknown,
  ) => tf.TensorInfo | tf.TensorInfo[] | undefined,
): void {
  const original = tf.getKernel(name, 'webgpu');
  const kernelFunc: tf.KernelFunc = (parameters) => {
    const inputs = Object.values(parameters.inputs).filter((input) => input !== undefined);
    return compute(inputs, parameters.attrs) ?? original.kernelFunc(parameters);
  };
  tf.unregisterKernel(name, 'webgpu');
  tf.registerKernel({ ...original, kernelFunc });
}

function sizeOfAll(tensors: readonly { readonly size: number }[]): number {
  return tensors.reduce((sum, { size }) => sum + size, 0);
}

/** Calls back with some tensors at a time, and how many elements are ahead of them. */
function inChunks<Sized extends { readonly size: number }>(
  tensors: readonly Sized[],
  length: number,
  visit: (chunk: readonly Sized[], start: number) => void,
): void {
  let start = 0;
  for (let first = 0; first < tensors.length; first += length) {
    const chunk = tensors.slice(first, first + length);
    visit(chunk, start);
    start += sizeOfAll(chunk);
  }
}

/** An invocation for each element of tensors of these sizes. */
function sharedOut(
  sizes: readonly number[],
  start: number,
): Pick<Kernel, 'sizes' | 'counts' | 'workgroups' | 'workgroupSize'> {
  let end = 0;
  const ends = sizes.map((size, index) => [`end${index}`, (end += size)] as const);
  return {
    sizes: {},
    counts: { start, ...Object.fromEntries(ends) },
    workgroups: Math.ceil(end / WORKGROUP),
    workgroupSize: WORKGROUP,
  };
}

/** Does with each element, which is at `at` in its own tensor, what is to be done with those of that tensor. */
function chosen(count: number, statement: (index: number) => string): string {
  const branches = Array.from({ length: count }, (_, index) => {
    const begin = index === 0 ? '0u' : `uniforms.end${index - 1}`;
    return `if (index < uniforms.end${index}) {
        let at = index - ${begin};
        ${statement(index)}
      }`;
  });
  return `
    fn kernel(index : u32) {
      ${branches.join(' else ')}
    }`;
}
