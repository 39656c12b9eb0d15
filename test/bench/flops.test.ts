import { expect, it } from 'vitest';

import { countStepFlops } from '../../src/bench/flops.js';
import { createModel } from '../../src/models/registry.js';
import type { ModelName } from '../../src/models/registry.js';
import { onEachBackend } from '../support/backends.js';
import { cifarTask } from '../support/tasks.js';

const task = cifarTask(100);

// Multiply-adds of one image's forward pass. A 3 × 3 convolution from I to O channels with S × S outputs has 9·I·O·S².
const STEM = 9 * 3 * 16 * 32 ** 2; // 442,368
const BLOCK = 9 * 16 * 16 * 32 ** 2; // 2,359,296, and so has 32 → 32 at 16 × 16 and 64 → 64 at 8 × 8
const WIDENING = BLOCK / 2; // half the input channels: 16 → 32 at 16 × 16 and 32 → 64 at 8 × 8
const HEAD = 64 * 100;
const WIDE = 9 * 64 * 64 * 32 ** 2; // 37,748,736; VGG: twice the channels at half the size leave it as it is

onEachBackend(
  (engine) => {
    const flops = (name: ModelName, batchSize: number): number =>
      countStepFlops(engine(), createModel(name, task), task.image, batchSize);

    it('ResNet-20, batch 128: 31.0 GFLOP', () => {
      // 18 convolutions in the blocks, two of them widening. The stem has no input gradient: two passes, not three.
      const perImage = 2 * (2 * STEM + 3 * (16 * BLOCK + 2 * WIDENING + HEAD));
      expect(perImage).toBe(242_456_064);
      expect(flops('resnet20', 128)).toBe(128 * perImage);
    });

    it('ResNet-56 has 36 more convolutions of the same size', () => {
      const perImage = 2 * (2 * STEM + 3 * (52 * BLOCK + 2 * WIDENING + HEAD));
      expect(flops('resnet56', 1)).toBe(perImage);
    });

    it('VGG-16', () => {
      // Six convolutions at full cost, three that double the channels at half of it, three of 512 channels at 2 × 2,
      // a quarter of it; the first from 3 to 64 channels at 32 × 32; a head of 512 × 100.
      const first = 9 * 3 * 64 * 32 ** 2;
      const perImage = 2 * (2 * first + 3 * ((6 + 3 / 2 + 3 / 4) * WIDE + 512 * 100));
      expect(flops('vgg16bn', 2)).toBe(2 * perImage);
    });

    it('other images and classes', () => {
      const small = { image: { height: 16, width: 12, channels: 1 }, classes: 5 };
      const pixels = (16 * 12) / 32 ** 2;
      const perImage = 2 * (2 * (STEM / 3) * pixels + 3 * ((16 * BLOCK + 2 * WIDENING) * pixels + 64 * 5));
      expect(countStepFlops(engine(), createModel('resnet20', small), small.image, 2)).toBe(2 * perImage);
    });

    it('leaves no tensors behind', () => {
      const before = engine().liveTensors();
      flops('resnet20', 1);
      expect(engine().liveTensors()).toBe(before);
    });
  },
  ['wasm'],
);
