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

  it('in ViT-Ti: of its linear maps and of attention, but for the gradient of the images', () => {
    // 64 patches of 48 numbers become 192; of 65 tokens each block makes 3 · 192, 192, 768 and 192 channels, and its
    // attention the scores of all pairs and as many means; a head of 192 × 100 reads one token.
    const patches = 64 * 48 * 192;
    const maps = 65 * 192 * (3 * 192 + 192 + 768) + 65 * 768 * 192;
    const attention = 2 * 65 * 65 * 192;
    const others = 12 * (maps + attention) + 192 * 100;
    expect(maps).toBe(12 * 192 ** 2 * 65);
    expect(flops('vit-tiny')).toEqual({
      training: 2 * (2 * patches + 3 * others),
      evaluation: 2 * (patches + others),
    });
  });

  it('in ViT-Ti that reads the mean: of one token fewer, all of them normalized', () => {
    const maps = 12 * 192 ** 2 * 64;
    const forward = 64 * 48 * 192 + 12 * (maps + 2 * 64 * 64 * 192) + 192 * 100;
    const model = createModel('vit-tiny', task, { pool: 'mean' });
    expect(countFlops(model, task.image).evaluation).toBe(2 * forward);
  });

  it('of another size, in other classes', () => {
    const small = { image: { height: 16, width: 12, channels: 1 }, classes: 5 };
    const pixels = (16 * 12) / 32 ** 2;
    const training = 2 * (2 * (STEM / 3) * pixels + 3 * ((16 * BLOCK + 2 * WIDENING) * pixels + 64 * 5));
    expect(countFlops(createModel('resnet20', small), small.image).training).toBe(training);
  });
});
