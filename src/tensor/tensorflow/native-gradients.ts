import * as tf from '@tensorflow/tfjs-core';

import type { Tensor } from '../engine.js';
import { requireOneSize } from '../gradient-operations.js';
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

  adam(tensors: AdamTensors, step: AdamStep): AdamTensors {
    requireOneSize(tensors);
    const { gradient, first, second, parameters } = tensors;
    const { decay, beta1, beta2, correction, epsilon, rate } = step;
    // One after the other, so that each finds the room that the one before has left.
    const newFirst = this.#average(first, gradient, beta1, false);
    const newSecond = this.#average(second, gradient, beta2, true);
    // Numbers that change from step to step are no attributes: TensorFlow keeps a kernel for every value of one.
    const numbers = tf.tensor1d([decay, correction, epsilon, rate]);
    const newParameters = this.#call.one('GanBenchAdam', [], [newFirst, newSecond, parameters, numbers]);
    numbers.dispose();
    parameters.dispose();
    return { gradient, first: newFirst, second: newSecond, parameters: newParameters };
  }

  #average(average: Tensor, gradient: Tensor, keep: number, squared: boolean): Tensor {
    const shares = tf.tensor1d([keep, 1 - keep]);
    const result = this.#call.one(
      'GanBenchMovingAverage',
      [this.#call.flag('squared', squared)],
      [average, gradient, shares],
    );
    shares.dispose();
    average.dispose();
    return result;
  }
}
