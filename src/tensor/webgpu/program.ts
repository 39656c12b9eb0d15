import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';

import type { Tensor } from '../engine.js';
import { sizeOf } from '../layout.js';

/** What one dispatch computes. */
export interface Kernel {
  /** Kernels of the same name have the same text; sizes may differ. */
  readonly name: string;
  /** Arrays by their names in the text. */
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>;
  /** Shapes of what is written: arrays named `result`, `result1`, `result2`, … */
  readonly outputs: readonly (readonly number[])[];
  /** Constants of type u32 in the text, by their names. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Numbers of type u32 that may differ without the text being compiled anew, `uniforms.…` in it. */
  readonly counts?: Readonly<Record<string, number>>;
  /** The same of type f32. */
  readonly numbers?: Readonly<Record<string, number>>;
  readonly workgroups: number;
  readonly workgroupSize: number;
  /**
   * WGSL with a `fn kernel(index : u32)`. The index is that of the invocation among all, group after group; there may be
   * more groups than were asked for.
   */
  readonly text: string;
}

/** Runs kernels of our own on the device and in the buffers of tfjs's backend, in order with its own. */
export class Programs {
  readonly #backend: WebGPUBackend;

  constructor(backend: WebGPUBackend) {
    this.#backend = backend;
  }

  /** How many arrays a kernel may have, outputs included. */
  get arrays(): number {
    return this.#backend.device.limits.maxStorageBuffersPerShaderStage;
  }

  /** @returns a new tensor for each output */
  run(kernel: Kernel): Tensor[] {
    return this.runUntracked(kernel).map((info) => tf.engine().makeTensorFromTensorInfo(info));
  }

  /** The same for a kernel with one output. */
  runOne(kernel: Kernel): Tensor {
    const [result] = this.run(kernel);
    if (result === undefined) throw new Error(`${kernel.name} gave nothing`);
    return result;
  }

  /** The same for a kernel that tfjs calls, which makes tensors of the outputs itself. */
  runUntracked(kernel: Kernel): tf.TensorInfo[] {
    const outputs = kernel.outputs.map((shape) => this.allocate(shape));
    this.#dispatch(kernel, outputs.map(flat));
    return outputs;
  }

  /** Has a kernel write a part of a tensor that is there, in place of an output. */
  runInto(output: tf.TensorInfo, kernel: Omit<Kernel, 'outputs'>): void {
    this.#dispatch({ ...kernel, outputs: [output.shape] }, [flat(output)]);
  }

  /** Place for a tensor of unspecified content. */
  allocate(shape: readonly number[]): tf.TensorInfo {
    return this.#backend.makeTensorInfo([...shape], 'float32');
  }

  #dispatch(kernel: Kernel, [output, ...others]: readonly tf.TensorInfo[]): void {
    if (output === undefined) throw new Error(`${kernel.name} writes nothing`);
    const inputs = Object.values(kernel.inputs).map(flat);
    const uniforms = [
      ...Object.values(kernel.counts ?? {}).map((value) => ({ type: 'uint32', data: [value] })),
      ...Object.values(kernel.numbers ?? {}).map((value) => ({ type: 'float32', data: [value] })),
    ];
    const program = programOf(kernel, others.length);
    this.#backend.runWebGPUProgram(program, [...inputs, ...others], 'float32', uniforms, output);
  }
}

/** What tfjs calls. It binds the uniforms always, and the device refuses that of a text that does not name them. */
const MAIN = `
  fn main(index : i32) {
    _ = uniforms.NAN;
    kernel(u32(index));
  }`;

/** Kernels know the shapes from their constants; tfjs declares less for vectors. */
function flat({ dataId, dtype, shape }: tf.TensorInfo): tf.TensorInfo {
  return { dataId, dtype, shape: [sizeOf(shape)] };
}

function programOf({ outputs, counts = {}, numbers = {}, ...kernel }: Kernel, others: number): WebGPUProgram {
  const names = Object.keys(kernel.inputs);
  const written = Array.from({ length: others }, (_, index) => `result${index + 1}`);
  return {
    variableNames: [...names, ...written],
    outputShape: [sizeOf(outputs[0] ?? [])],
    uniforms: [
      ...Object.keys(counts).map((name) => `${name} : u32, `),
      ...Object.keys(numbers).map((name) => `${name} : f32, `),
    ].join(''),
    shaderKey: `gan-bench ${kernel.name} ${JSON.stringify(kernel.sizes)}`,
    dispatchLayout: { x: [0] },
    dispatch: [kernel.workgroups, 1, 1],
    workgroupSize: [kernel.workgroupSize, 1, 1],
    getUserCode: () => `${constants(kernel)}\n${kernel.text}\n${MAIN}`,
  };
}

function constants({ sizes, workgroupSize }: Pick<Kernel, 'sizes' | 'workgroupSize'>): string {
  return Object.entries({ ...sizes, WORKGROUP: workgroupSize })
    .map(([name, value]) => `const ${name} : u32 = ${value}u;`)
    .join('\n');
}

/**
 * tfjs's programs have one output and declare all else as read-only: has the device declare what {@link Programs}
 * writes besides as what it is.
 */
export function allowSeveralOutputs(device: GPUDevice): void {
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) =>
    create({
      ...descriptor,
      code: descriptor.code.replaceAll(/var<storage, read> (result\d+):/g, 'var<storage, read_write> $1:'),
    });
}
