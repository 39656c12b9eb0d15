import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { onEveryBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { tensorOf } from '../support/values.js';

onEveryBackend((engine, backend) => {
  it('info names the backend, its library and its devices', () => {
    const { info } = engine();
    expect(info.backend).toBe(backend);
    expect(info.library).toMatch(/\d+\.\d+\.\d+( with kernels for \S+)?$/);
    expect(info.devices.length).toBeGreaterThan(0);
    expect(info.usesGpu).toBe(info.devices.some((device) => device.startsWith('GPU')));
  });

  it('tensor copies host values in, read copies them out', async () => {
    const values = Float32Array.of(1.5, -2, 3e38, 1e-38, 0, 7);
    const x = engine().tensor(values, [3, 2]);
    values.fill(9);
    expect(x.shape).toEqual([3, 2]);
    expect(x.dtype).toBe('float32');
    expect(await engine().read(x)).toEqual(Float32Array.of(1.5, -2, 3e38, 1e-38, 0, 7));
    const labels = engine().tensor(Int32Array.of(99, 0), [2]);
    expect(labels.dtype).toBe('int32');
    expect(await engine().read(labels)).toEqual(Float32Array.of(99, 0));
  });

  it('what was read is a copy', async () => {
    const x = tensorOf(engine(), [2], 1, 2);
    (await engine().read(x)).fill(9);
    expectClose(await engine().read(x), [1, 2]);
  });

  describe('scope', () => {
    it('disposes everything that was made in it but what is kept', async () => {
      const x = tensorOf(engine(), [2], 1, 2);
      const before = engine().liveTensors();
      const { sum, square } = engine().scope(() => {
        const square = tf.square(x);
        const sum = tf.sum(square);
        tf.mul(sum, 2);
        return { sum, square, keep: [sum] };
      });
      expect(engine().liveTensors()).toBe(before + 1);
      expect(square.isDisposed).toBe(true);
      expect(x.isDisposed).toBe(false);
      expectClose(await engine().read(sum), [5]);
    });

    it('hands what it keeps to the scope around it', () => {
      const before = engine().liveTensors();
      engine().scope(() => {
        const inner = engine().scope(() => ({ keep: [tf.zeros([1])] }));
        expect(inner.keep.map(({ isDisposed }) => isDisposed)).toEqual([false]);
        return { keep: [] };
      });
      expect(engine().liveTensors()).toBe(before);
    });

    it('disposes everything when the block throws', () => {
      const before = engine().liveTensors();
      const failing = () =>
        engine().scope(() => {
          tf.zeros([1]);
          throw new RangeError('stop');
        });
      expect(failing).toThrow(new RangeError('stop'));
      expect(engine().liveTensors()).toBe(before);
    });
  });

  it('liveTensors counts what is made and disposed', () => {
    const before = engine().liveTensors();
    const x = tf.zeros([1]);
    expect(engine().liveTensors()).toBe(before + 1);
    x.dispose();
    expect(engine().liveTensors()).toBe(before);
  });
});
