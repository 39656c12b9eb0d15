import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { Operations } from '../../src/tensor/operations.js';
import { Tape } from '../../src/tensor/tape.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { randomTensor, tensorOf, upload } from '../support/values.js';

onEachBackend((engine) => {
  /** y = factor · x as a recorded operation. */
  const scaled = (tape: Tape, x: tf.Tensor, factor: number) => {
    const y = tf.mul(x, factor);
    tape.record(y, [x], (dy) => [tf.mul(dy, factor)]);
    return y;
  };
  const gradientOf = async (gradients: ReadonlyMap<number, tf.Tensor>, leaf: tf.Tensor) => {
    const gradient = gradients.get(leaf.id);
    if (gradient === undefined) throw new Error('the leaf has no gradient');
    return engine().read(gradient);
  };

  it('multiplies along a chain', async () => {
    const tape = new Tape();
    const x = tensorOf(engine(), [2], 1, 2);
    tape.watch(x);
    const y = scaled(tape, scaled(tape, x, 3), 5);
    const gradients = tape.gradients(y, tensorOf(engine(), [2], 1, 10));
    expectClose(await gradientOf(gradients, x), [15, 150]);
  });

  it('adds up what comes back to a tensor used more than once', async () => {
    const tape = new Tape();
    const x = tensorOf(engine(), [1], 1);
    tape.watch(x);
    const operations = new Operations(engine(), tape);
    // h = 2x, y = (3h + h) + h: a residual block with two branches back to h.
    const h = scaled(tape, x, 2);
    const y = operations.add(operations.add(scaled(tape, h, 3), h), h);
    const gradients = tape.gradients(y, tensorOf(engine(), [1], 1));
    expectClose(await gradientOf(gradients, x), [10]);
  });

  it('takes a tensor added to itself', async () => {
    const tape = new Tape();
    const x = tensorOf(engine(), [1], 1);
    tape.watch(x);
    const y = new Operations(engine(), tape).add(x, x);
    expectClose(await gradientOf(tape.gradients(y, tensorOf(engine(), [1], 7)), x), [14]);
  });

  it('gives gradients of the watched leaves alone', () => {
    const tape = new Tape();
    const watched = tensorOf(engine(), [1], 1);
    const other = tensorOf(engine(), [1], 1);
    tape.watch(watched);
    const operations = new Operations(engine(), tape);
    const y = operations.add(operations.relu(watched), operations.relu(other));
    const gradients = tape.gradients(y, tensorOf(engine(), [1], 1));
    expect([...gradients.keys()]).toEqual([watched.id]);
  });

  it('passes over a recorded branch that does not reach the output', async () => {
    const tape = new Tape();
    const x = tensorOf(engine(), [1], 1);
    tape.watch(x);
    const y = scaled(tape, x, 3);
    scaled(tape, x, 100);
    expectClose(await gradientOf(tape.gradients(y, tensorOf(engine(), [1], 1)), x), [3]);
  });

  it('tells a backward pass which inputs need a gradient', () => {
    const tape = new Tape();
    const kernel = tensorOf(engine(), [1], 1);
    tape.watch(kernel);
    const y = tensorOf(engine(), [1], 1);
    let asked: readonly boolean[] = [];
    tape.record(y, [tensorOf(engine(), [1], 1), kernel], (dy, needed) => {
      asked = needed;
      return [undefined, tf.clone(dy)];
    });
    tape.gradients(y, tensorOf(engine(), [1], 1));
    expect(asked).toEqual([false, true]);
  });

  describe('disposal', () => {
    const pass = () => {
      const tape = new Tape();
      const x = upload(engine(), randomTensor(1, [2, 4, 4, 2]));
      const kernel = upload(engine(), randomTensor(2, [3, 3, 2, 2]));
      const bias = tensorOf(engine(), [2], 1, 2);
      const parameters = [kernel, bias];
      for (const parameter of parameters) tape.watch(parameter);
      const operations = new Operations(engine(), tape);
      const convolved = operations.conv2d(x, kernel, { stride: 1, padding: 1 });
      const y = operations.relu(operations.biasAdd(convolved, bias));
      const gradients = tape.gradients(y, tf.onesLike(y));
      return { x, parameters, activations: [convolved, y], gradients };
    };

    it('frees recorded outputs during playback and leaves inputs and gradients', () => {
      const { result } = engine().scope(() => {
        const result = pass();
        const alive = (tensors: Iterable<tf.Tensor>) => [...tensors].map(({ isDisposed }) => !isDisposed);
        expect(alive(result.activations)).toEqual([false, false]);
        expect(alive([result.x, ...result.parameters])).toEqual([true, true, true]);
        expect(alive(result.gradients.values())).toEqual([true, true]);
        return { result, keep: [] };
      });
      expect(result.gradients.size).toBe(2);
    });

    it('frees the gradient of an input that needs none', () => {
      const tape = new Tape();
      const [a, b] = [tensorOf(engine(), [1], 1), tensorOf(engine(), [1], 1)];
      tape.watch(a);
      const y = new Operations(engine(), tape).add(a, b);
      const before = engine().liveTensors();
      tape.gradients(y, tensorOf(engine(), [1], 1));
      // The output is gone, the gradient of a has come.
      expect(engine().liveTensors()).toBe(before);
    });
  });

  it('records nothing that no watched leaf leads to', () => {
    const tape = new Tape();
    const x = tensorOf(engine(), [1], 1);
    const y = new Operations(engine(), tape).relu(x);
    expect(tape.gradients(y, tensorOf(engine(), [1], 1)).has(x.id)).toBe(false);
    expect(y.isDisposed).toBe(false);
  });
});
