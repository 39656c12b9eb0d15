import { describe, expect, it } from 'vitest';

import { memoryOf } from '../../src/bench/memory.js';
import { runConfig } from '../support/runs.js';

describe('the memory of a run', () => {
  const tiny = { name: 'cifar100-mini', trainSamples: 128, testSamples: 1 };
  const memory = (changes: object) => memoryOf(runConfig({ dataset: tiny, batchSize: 128, ...changes }));

  it('is that of the program, the parameters and the activations of a batch', () => {
    // ResNet-20: a stem and six convolutions of 16 × 32 × 32 outputs, six of half as many, six of a quarter.
    const activations = 16 * 32 * 32 * (7 + 6 / 2 + 6 / 4);
    // Kernels 3·16, 6 of 16·16, 16·32, 5 of 32·32, 32·64, 5 of 64·64, each of 9 taps; scale and offset of 7 layers of
    // 16 channels, 6 of 32, 6 of 64; the head with its bias.
    const kernels = 9 * (3 * 16 + 6 * 16 ** 2 + 16 * 32 + 5 * 32 ** 2 + 32 * 64 + 5 * 64 ** 2);
    const parameters = kernels + 2 * (7 * 16 + 6 * 32 + 6 * 64) + 65 * 100;
    const images = 129 * (3 * 32 * 32 + 1);
    expect(memory({})).toBe(450e6 + 42 * parameters + 8 * 128 * activations + images);
  });

  it('has half of the activations in bfloat16', () => {
    const activations = memory({}) - memory({ batchSize: 64 });
    const halves = { precision: 'bfloat16', backend: 'tensorflow' };
    expect(memory(halves) - memory({ ...halves, batchSize: 64 })).toBe(activations / 2);
  });

  it('is near what was measured, rather too much', () => {
    // Megabytes that benchmarks took at most on the native engine, without a data set.
    const measured = { resnet20: 530, resnet56: 810, vgg11bn: 988, vgg16bn: 1170 };
    for (const [model, megabytes] of Object.entries(measured)) {
      const ratio = memory({ model }) / (1e6 * megabytes);
      expect(ratio, model).toBeGreaterThan(1);
      expect(ratio, model).toBeLessThan(1.3);
    }
  });
});
