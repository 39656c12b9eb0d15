import { describe, expect, it } from 'vitest';

import { countFlops } from '../../src/bench/flops.js';
import { createModel } from '../../src/models/registry.js';
import type { ModelName } from '../../src/models/registry.js';
import { cifarTask } from '../support/tasks.js';

const task = cifarTask(100);

// Multiply-adds of one image's forward pass. A 3 × 3 convolution from I to O channels with S × S outputs has 9·I·O·S².
const STEM = 9 * 3 * 16 * 32 ** 2; // 442,368
const BLOCK = 9 * 16 * 16 * 32 ** 2; // 2,359,296, and so has 32 → 32 at 16 × 16 and 64 → 64 at 8 × 8
const WIDENING = BLOCK / 2; // half the input channels: 16 → 32 at 16 × 16 and 32 → 64 at 8 × 8
const HEAD = 64 * 100;
const WIDE = 9 * 64 * 64 * 32 ** 2; // 37,748,736; VGG: twice the channels at half the size leave it as it is

const flops = (name: ModelName) => countFlops(createModel(name, task), task.image);

describe('the operations of an image', () => {
  it('in ResNet-20: 242.5 million in a step, a third of them and a bit forward', () => {
    // 18 convolutions in the blocks, two of them widening. The stem has no input gradient: two passes, not three.
    const training = 2 * (2 * STEM + 3 * (16 * BLOCK + 2 * WIDENING + HEAD));
    expect(training).toBe(242_456_064);
    expect(flops('resnet20')).toEqual({
      training,
      evaluation: 2 * (STEM + 16 * BLOCK + 2 * WIDENING + HEAD),
    });
  });

  it('in ResNet-56, which has 36 more convolutions of the same size', () => {
    expect(flops('resnet56').training).toBe(2 * (2 * STEM + 3 * (52 * BLOCK + 2 * WIDENING + HEAD)));
  });

  it('in VGG-16', () => {
    // Six convolutions at full cost, three that double the channels at half of it, three of 512 channels at 2 × 2,
    // a quarter of it; the first from 3 to 64 channels at 32 × 32; a head of 512 × 100.
    const first = 9 * 3 * 64 * 32 ** 2;
    const others = (6 + 3 / 2 + 3 / 4) * WIDE + 512 * 100;
    expect(flops('vgg16bn')).toEqual({
      training: 2 * (2 * first + 3 * others),
      evaluation: 2 * (first + others),
    });
  });

  it('of another size, in other classes', () => {
    const small = { image: { height: 16, width: 12, channels: 1 }, classes: 5 };
    const pixels = (16 * 12) / 32 ** 2;
    const training = 2 * (2 * (STEM / 3) * pixels + 3 * ((16 * BLOCK + 2 * WIDENING) * pixels + 64 * 5));
    expect(countFlops(createModel('resnet20', small), small.image).training).toBe(training);
  });
});
