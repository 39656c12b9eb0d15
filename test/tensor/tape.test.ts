import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { Operations } from '../../src/tensor/operations.js';
import { Tape } from '../../src/tensor/tape.js';
import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { randomTensor, tensorOf, upload } from '../support/values.js';

afterEach(() => {
  vi.restoreAllMocks();
});

onEveryBackend((engine) => {
  /** y = factor · x as a recorded operation. */
  const scaled = (tape: Tape, x: tf.Tensor, factor: number) => {
    const y = tf.mul(x, factor);
    tape.record(y, [x], (dy) => [tf.mul(dy, factor)]);
    return y;
  };
  /** y = a + b as a recorded operation. */
  const added = (tape: Tape, a: tf.Tensor, b: tf.Tensor) => {
    const y = tf.add(a, b);
    tape.record(y, [a, b], (dy) => [dy.clone(), dy.clone()]);
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
    // h = 2x, y = (3h + h) + h: a residual block with two branches back to h.
    const h = scaled(tape, x, 2);
    const y = added(tape, added(tape, scaled(tape, h, 3), h), h);
    const gradients = tape.gradients(y, tensorOf(engine(), [1], 1));
    expectClose(await gradientOf(gradients, x), [10]);
  });

  it('takes a tensor added to itself', async () => {
    const tape = new Tape();
    const x = tensorOf(engine(), [1], 1);
    tape.watch(x);
    const y = added(tape, x, x);
    expectClose(await gradientOf(tape.gradients(y, tensorOf(engine(), [1], 7)), x), [14]);
  });

  it('gives gradients of the watched leaves alone', () => {
    const tape = new Tape();
    const watched = tensorOf(engine(), [1], 1);
    const other = tensorOf(engine(), [1], 1);
    tape.watch(watched);
    const y = added(tape, scaled(tape, watched, 2), scaled(tape, other, 2));
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
      const [scale, offset] = [tensorOf(engine(), [2], 1, 2), tensorOf(engine(), [2], 1, 2)];
      const parameters = [kernel, scale, offset];
      for (const parameter of parameters) tape.watch(parameter);
      const operations = new Operations(engine(), tape);
      const weights = { kernel, scale, offset };
      const options = { weights, geometry: { stride: 1, padding: 1 }, epsilon: 1e-5, shared: false };
      const computed = vi.spyOn(engine(), 'unit');
      const first = operations.unit({ ...options, x: operations.features(x) });
      const second = operations.unit({ ...options, x: first.output });
      const units = computed.mock.results.flatMap(({ type, value }) => (type === 'return' ? [value] : []));
      const y = operations.materialize(second.output);
      const gradients = tape.gradients(y, tf.onesLike(y));
      const activations = units.flatMap(({ output, saved }) => [output.values, ...saved]);
      return { x, parameters, activations, gradients };
    };

    it('frees recorded outputs during playback and leaves inputs and gradients', () => {
      const { result } = engine().scope(() => {
        const result = pass();
        const alive = (tensors: Iterable<tf.Tensor>) => [...tensors].map(({ isDisposed }) => !isDisposed);
        expect(result.activations).not.toHaveLength(0);
        expect(alive(result.activations)).toEqual(result.activations.map(() => false));
        expect(alive([result.x, ...result.parameters])).toEqual([true, true, true, true]);
        expect(alive(result.gradients.values())).toEqual([true, true, true]);
        return { result, keep: [] };
      });
      expect(result.gradients.size).toBe(3);
    });

    it('frees what an operation saved, whether or not its gradient was asked for', () => {
      const tape = new Tape();
      const x = tensorOf(engine(), [1], 1);
      tape.watch(x);
      const saved = [tensorOf(engine(), [1], 5), tensorOf(engine(), [1], 6)];
      const record = (tensor: tf.Tensor) => {
        const y = tf.mul(x, 3);
        tape.record(y, [x], (dy) => [tf.mul(dy, 3)], { saved: [tensor] });
        return y;
      };
      const [y] = saved.map(record);
      if (y === undefined) throw new Error('nothing was recorded');
      tape.gradients(y, tensorOf(engine(), [1], 1));
      expect(saved.map(({ isDisposed }) => isDisposed)).toEqual([true, true]);
    });

    it('keeps what an operation saved until its gradient is done', async () => {
      const tape = new Tape();
      const x = tensorOf(engine(), [1], 1);
      tape.watch(x);
      const factor = tensorOf(engine(), [1], 5);
      const y = tf.mul(x, factor);
      tape.record(y, [x], (dy) => [tf.mul(dy, factor)], { saved: [factor] });
      expectClose(await gradientOf(tape.gradients(y, tensorOf(engine(), [1], 2)), x), [10]);
    });

    it('frees the gradient of an input that needs none', () => {
      const tape = new Tape();
      const [a, b] = [tensorOf(engine(), [1], 1), tensorOf(engine(), [1], 1)];
      tape.watch(a);
      const y = added(tape, a, b);
      const before = engine().liveTensors();
      tape.gradients(y, tensorOf(engine(), [1], 1));
      // The output is gone, the gradient of a has come.
      expect(engine().liveTensors()).toBe(before);
    });
  });

  describe('an operation that adds the pending gradient of its first input', () => {
    /** y = 3x, whose gradient takes up what is pending. */
    const adding = (tape: Tape, x: tf.Tensor, seen: (tf.Tensor | undefined)[]) => {
      const y = tf.mul(x, 3);
      const backward = (dy: tf.Tensor, _: readonly boolean[], pending: tf.Tensor | undefined) => {
        seen.push(pending);
        return [pending ? tf.add(tf.mul(dy, 3), pending) : tf.mul(dy, 3)];
      };
      tape.record(y, [x], backward, { addsPending: true });
      return y;
    };

    it('is given that gradient, which then is not added once more', async () => {
      const tape = new Tape();
      const x = tensorOf(engine(), [1], 1);
      tape.watch(x);
      const seen: (tf.Tensor | undefined)[] = [];
      // y = 3x + 2x, the second branch played back first.
      const first = adding(tape, x, seen);
      const y = added(tape, first, scaled(tape, x, 2));
      const gradients = tape.gradients(y, tensorOf(engine(), [1], 10));
      expect(seen).toHaveLength(1);
      expect(seen[0]?.isDisposed).toBe(true);
      expectClose(await gradientOf(gradients, x), [50]);
    });

    it('is given none where there is none yet, and others add to its gradient', async () => {
      const tape = new Tape();
      const x = tensorOf(engine(), [1], 1);
      tape.watch(x);
      const seen: (tf.Tensor | undefined)[] = [];
      const other = scaled(tape, x, 2);
      const y = added(tape, other, adding(tape, x, seen));
      const gradients = tape.gradients(y, tensorOf(engine(), [1], 10));
      expect(seen).toEqual([undefined]);
      expectClose(await gradientOf(gradients, x), [50]);
    });

    it('takes its first input in any other place too', async () => {
      const tape = new Tape();
      const x = tensorOf(engine(), [1], 1);
      tape.watch(x);
      // y = x · x, its two gradients 1 each at x = 1.
      const y = tf.square(x);
      const backward = (dy: tf.Tensor, _: readonly boolean[], pending: tf.Tensor | undefined) => [
        pending ? tf.add(dy, pending) : dy.clone(),
        dy.clone(),
      ];
      tape.record(y, [x, x], backward, { addsPending: true });
      const sum = added(tape, y, scaled(tape, x, 5));
      expectClose(await gradientOf(tape.gradients(sum, tensorOf(engine(), [1], 10)), x), [70]);
    });

    it('leaves no tensor behind', () => {
      const tape = new Tape();
      const x = tensorOf(engine(), [1], 1);
      tape.watch(x);
      const y = added(tape, adding(tape, x, []), scaled(tape, x, 2));
      const dy = tensorOf(engine(), [1], 10);
      // Three recorded outputs and dy go, the gradient of x comes.
      const before = engine().liveTensors();
      engine().scope(() => ({ keep: [...tape.gradients(y, dy).values()] }));
      expect(engine().liveTensors()).toBe(before - 3);
    });
  });

  it('records nothing that no watched leaf leads to', () => {
    const tape = new Tape();
    const x = tensorOf(engine(), [1], 1);
    const y = scaled(tape, x, 2);
    expect(tape.gradients(y, tensorOf(engine(), [1], 1)).has(x.id)).toBe(false);
    expect(y.isDisposed).toBe(false);
  });
});
