import * as tf from '@tensorflow/tfjs-core';

import type { Tensor } from '../engine.js';
import type { Attribute, NativeBackend } from './native-backend.js';

/** The kernels take channels in vectors of this many numbers. */
export const LANES = 16;

/** Calls TensorFlow operations by name; an input that is left undefined is an empty tensor. */
export class NativeCall {
  readonly #backend: NativeBackend;
  readonly #none = tf.keep(tf.tensor1d([], 'float32'));

  constructor(backend: NativeBackend) {
    this.#backend = backend;
  }

  types(tensors: Readonly<Record<string, Tensor | undefined>>): Attribute[] {
    return Object.entries(tensors).map(([name, tensor]) => this.type(name, isPacked(tensor)));
  }

  type(name: string, packed: boolean): Attribute {
    const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = this.#backend.binding;
    return { name, type: TF_ATTR_TYPE, value: packed ? TF_INT32 : TF_FLOAT };
  }

  integer(name: string, value: number): Attribute {
    return { name, type: this.#backend.binding.TF_ATTR_INT, value };
  }

  flag(name: string, value: boolean): Attribute {
    return { name, type: this.#backend.binding.TF_ATTR_BOOL, value };
  }

  float(name: string, value: number): Attribute {
    return { name, type: this.#backend.binding.TF_ATTR_FLOAT, value };
  }

  run(
    name: string,
    attributes: Attribute[],
    inputs: readonly (Tensor | undefined)[],
    outputs: number,
  ): Tensor[] {
    const given = inputs.map((input) => input ?? this.#none);
    return this.#backend.executeMultipleOutputs(name, attributes, given, outputs);
  }

  one(name: string, attributes: Attribute[], inputs: readonly (Tensor | undefined)[]): Tensor {
    const [output] = this.run(name, attributes, inputs, 1);
    if (!output) throw missingOutput();
    return output;
  }
}

/** bfloat16, two channels in one int32: tfjs has no type of 16 bits. */
export function isPacked(features: Tensor | undefined): boolean {
  return features?.dtype === 'int32';
}

export function missingOutput(): Error {
  return new Error('TensorFlow returned fewer outputs than the operation has');
}
