import * as tf from '@tensorflow/tfjs-core';

import type { NamedTensors, Tensor } from './engine.js';

/** Name and shape of a tensor. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A tensor that is trained. */
export interface TrainableSpec extends TensorSpec {
  /** Whether gradient transforms apply to it: true of kernels, and of all where a configuration says so. */
  readonly eligible: boolean;
}

/** Where one tensor lies in the flat vector. */
export interface LayoutEntry extends TensorSpec {
  readonly size: number;
  readonly offset: number;
}

/** Number of elements of a tensor of that shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * How named tensors lie one after the other in a single flat vector. Parameters, their gradients and the
 * optimizer's moments are kept flat, so that one operation updates all of them. The entries keep what else their specs
 * say.
 */
export class Layout<Spec extends TensorSpec = TensorSpec> {
  readonly entries: readonly (Spec & LayoutEntry)[];
  /** Elements of the flat vector. */
  readonly size: number;

  constructor(specs: readonly Spec[]) {
    let offset = 0;
    this.entries = specs.map((spec) => {
      const size = sizeOf(spec.shape);
      const entry = { ...spec, size, offset };
      offset += size;
      return entry;
    });
    this.size = offset;
    if (new Set(specs.map(({ name }) => name)).size !== specs.length) {
      throw new Error('two tensors of a layout have the same name');
    }
  }

  /** Named tensors as they follow each other. */
  inOrder(tensors: NamedTensors): Tensor[] {
    return this.entries.map(({ name }) => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new Error(`no tensor named ${name} to pack`);
      return tensor;
    });
  }

  /** Named tensors → flat vector [size]. */
  pack(tensors: NamedTensors): Tensor {
    if (this.entries.length === 0) return tf.tensor1d([]);
    return tf.concat(this.inOrder(tensors).map((tensor) => shaped(tensor, [tensor.size])));
  }

  /** Flat vector [size] → named tensors in their own shapes. */
  unpack(flat: Tensor): Map<string, Tensor> {
    if (this.entries.length === 0) return new Map();
    const sizes = this.entries.map(({ size }) => size);
    const parts = tf.split(flat, sizes);
    return new Map(
      this.entries.map(({ name, shape }, index) => {
        const part = parts[index];
        if (part === undefined) throw new Error(`the flat vector has no part for ${name}`);
        const tensor = shaped(part, shape);
        // Whoever disposes of the tensor then frees its memory.
        if (tensor !== part) part.dispose();
        return [name, tensor];
      }),
    );
  }

  /** Host values by name, as views of the flat array. */
  views(flat: Float32Array): Map<string, Float32Array> {
    return new Map(
      this.entries.map(({ name, size, offset }) => [name, flat.subarray(offset, offset + size)]),
    );
  }
}

/** An operation less where there is nothing to change, as with the many vectors of a network. */
function shaped(tensor: Tensor, shape: readonly number[]): Tensor {
  return tensor.rank === 1 && shape.length === 1 ? tensor : tf.reshape(tensor, [...shape]);
}
