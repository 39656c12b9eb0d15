import type { Tensor } from '../engine.js';

/** An attribute of a TensorFlow operation, with the number that the C API has for its type. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean | string;
}

/** What is used of tfjs-node's backend: it runs any TensorFlow operation by its name. */
export interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  /** The addon, with the numbers that TensorFlow's C API has for types. */
  readonly binding: {
    readonly TF_Version: string;
    readonly TF_FLOAT: number;
    readonly TF_INT32: number;
    readonly TF_ATTR_STRING: number;
    readonly TF_ATTR_INT: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_TYPE: number;
  };
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
}
