import { describe, expect, it, vi } from 'vitest';

import { Trial } from '../../../src/conformance/trial.js';
import { vit } from '../../../src/models/vit.js';
import { methodsOf } from '../../../src/plugin/methods.js';
import type { Methods } from '../../../src/train/methods.js';
import { onEachBackend } from '../../support/backends.js';
import { runConfig } from '../../support/runs.js';

/** The smallest that the networks take: a program may stand in for the GPU, where a step takes seconds. */
const TASK = { image: { height: 8, width: 8, channels: 3 }, classes: 3 };

const GAN = { optimizer: { gradient: 'gan' } };
const RESNET20 = methodsOf(runConfig({ ...GAN, model: 'resnet20' }));
const NETWORKS: readonly (readonly [string, Methods])[] = [
  ['ResNet-20', RESNET20],
  [
    'a Vision Transformer',
    { ...methodsOf(runConfig(GAN)), model: (task) => vit({ width: 16, depth: 1, heads: 1 }, 'class', task) },
  ],
];

/** How many dispatches something makes. */
async function dispatchesOf(work: () => Promise<unknown>): Promise<number> {
  const dispatch = vi.spyOn(GPUComputePassEncoder.prototype, 'dispatchWorkgroups');
  await work();
  const { length } = dispatch.mock.calls;
  dispatch.mockRestore();
  return length;
}

onEachBackend(
  (engine) => {
    it('a step of ResNet-20 takes fewer than 200 dispatches', async () => {
      const trial = new Trial(engine(), RESNET20, TASK);
      await trial.steps(1);
      expect(await dispatchesOf(() => trial.steps(1))).toBeLessThan(200);
      trial.dispose();
    });

    describe.each(NETWORKS)('%s', (_, methods) => {
      it('repeats itself, is resumed, and leaves no tensor', async () => {
        const whole = new Trial(engine(), methods, TASK);
        await whole.steps(2);
        const tensors = engine().liveTensors();
        const middle = await whole.snapshot();
        await whole.steps(1);
        expect(engine().liveTensors()).toBe(tensors);
        const end = await whole.snapshot();
        whole.dispose();

        const resumed = new Trial(engine(), methods, TASK);
        await resumed.steps(2);
        expect(await resumed.snapshot()).toEqual(middle);
        resumed.restore(middle);
        await resumed.steps(1);
        expect(await resumed.snapshot()).toEqual(end);
        resumed.dispose();
      });
    });
  },
  ['webgpu'],
);
