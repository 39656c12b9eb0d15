import * as tf from '@tensorflow/tfjs-core';

import type { Tensor } from '../engine.js';
import type {
  AdamStep,
  AdamTensors,
  GradientOperations,
  Packed,
  PackOptions,
  TensorMoments,
} from '../gradient-operations.js';
import { missingOutput } from './native-call.js';
import type { NativeCall } from './native-call.js';

/** The operations on all gradients at once (kernels/gradients.h). */
export class NativeGradients implements GradientOperations {
  readonly #call: NativeCall;

  constructor(call: NativeCall) {
    this.#call = call;
  }

  /** @param tensors - At least one. */
  tensorMoments(tensors: readonly Tensor[]): TensorMoments {
    const [means, variances, std] = this.#call.run(
      'GanBenchMoments',
      [this.#call.integer('N', tensors.length)],
      tensors,
      3,
    );
    if (!means || !variances || !std) throw missingOutput();
    return { means, variances, std };
  }

  pack(tensors: readonly Tensor[], { measured, scaling }: PackOptions): Packed {
    const flags = tf.tensor1d(measured.map(Number));
    const [flat, means, variances, check] = this.#call.run(
      'GanBenchPack',
      [this.#call.integer('N', tensors.length)],
      [scaling?.shifts, scaling?.factors, scaling?.others, flags, ...tensors],
      4,
    );
    flags.dispose();
    if (!flat || !means || !variances || !check) throw missingOutput();
    return { flat, means, variances, check };
  }

  adam({ gradient, first, second, parameters }: AdamTensors, step: AdamStep): AdamTensors {
    const { decay, beta1, beta2, correction, epsilon, rate } = step;
    // They change from step to step, and TensorFlow keeps a kernel for every value of an attribute.
    const numbers = tf.tensor1d([decay, beta1, 1 - beta1, beta2, 1 - beta2, correction, epsilon, rate]);
    const [newParameters, newFirst, newSecond] = this.#call.run(
      'GanBenchAdam',
      [],
      [gradient, first, second, parameters, numbers],
      3,
    );
    numbers.dispose();
    if (!newParameters || !newFirst || !newSecond) throw missingOutput();
    return { gradient, first: newFirst, second: newSecond, parameters: newParameters };
  }
}
