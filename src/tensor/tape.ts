import * as tf from '@tensorflow/tfjs-core';

import type { Tensor } from './engine.js';

/**
 * From the gradient of an output to those of its inputs; an input that needs none may be left undefined.
 *
 * @param pending The gradient of the first input so far, given only to an operation that adds it by itself.
 */
type Backward = (
  dy: Tensor,
  needed: readonly boolean[],
  pending: Tensor | undefined,
) => readonly (Tensor | undefined)[];

interface RecordOptions {
  /** What else lives until the gradient is done. */
  readonly saved?: readonly Tensor[];
  /** Backward adds the pending gradient of the first input to its own, at no cost of its own. */
  readonly addsPending?: boolean;
}

interface Entry extends Required<RecordOptions> {
  readonly output: Tensor;
  readonly inputs: readonly Tensor[];
  readonly backward: Backward;
}

/**
 * Reverse-mode differentiation over the operations of one training step. Unlike the tape inside tfjs it takes
 * fused operations as they are, and frees every activation as soon as its gradient is done.
 */
export class Tape {
  readonly #entries: Entry[] = [];
  readonly #tracked = new Set<number>();

  /** Marks a leaf whose gradient is wanted. */
  watch(leaf: Tensor): void {
    this.#tracked.add(leaf.id);
  }

  /** Records an operation if any of its inputs leads back to a watched leaf. Each output may be recorded once. */
  record(
    output: Tensor,
    inputs: readonly Tensor[],
    backward: Backward,
    { saved = [], addsPending = false }: RecordOptions = {},
  ): void {
    if (!inputs.some((input) => this.#tracked.has(input.id))) return;
    this.#tracked.add(output.id);
    this.#entries.push({ output, inputs, backward, saved, addsPending });
  }

  /**
   * Gradients of the watched leaves, by tensor id, given the gradient of the last output. Disposes of all
   * recorded outputs: the tape can be played back once.
   */
  gradients(output: Tensor, outputGradient: Tensor): Map<number, Tensor> {
    const gradients = new Map([[output.id, outputGradient]]);
    for (let entry = this.#entries.pop(); entry !== undefined; entry = this.#entries.pop()) {
      const dy = gradients.get(entry.output.id);
      gradients.delete(entry.output.id);
      if (dy !== undefined) {
        const needed = entry.inputs.map((input) => this.#tracked.has(input.id));
        const [first] = entry.inputs;
        const pending = entry.addsPending && first ? gradients.get(first.id) : undefined;
        if (pending && first) gradients.delete(first.id);
        accumulate(gradients, entry.inputs, entry.backward(dy, needed, pending), needed);
        pending?.dispose();
        dy.dispose();
      }
      entry.output.dispose();
      for (const tensor of entry.saved) tensor.dispose();
    }
    return gradients;
  }
}

function accumulate(
  gradients: Map<number, Tensor>,
  inputs: readonly Tensor[],
  inputGradients: readonly (Tensor | undefined)[],
  needed: readonly boolean[],
): void {
  for (const [index, input] of inputs.entries()) {
    const gradient = inputGradients[index];
    if (gradient === undefined) continue;
    const earlier = gradients.get(input.id);
    if (needed[index] !== true) {
      gradient.dispose();
    } else if (earlier === undefined) {
      gradients.set(input.id, gradient);
    } else {
      if (gradient.dtype !== 'float32')
        throw new Error(
          'gradients in bfloat16 are added by units alone: let a unit be the first reader of its input',
        );
      gradients.set(input.id, tf.add(earlier, gradient));
      earlier.dispose();
      gradient.dispose();
    }
  }
}
