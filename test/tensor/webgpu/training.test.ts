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
const BLOCK = { width: 16, depth: 1, heads: 1 };
const NETWORKS: readonly (readonly [string, Methods, dispatches: number])[] = [
  ['ResNet-20', methodsOf(runConfig({ ...GAN, model: 'resnet20' })), 200],
  [
    'a Vision Transformer of one block',
    { ...methodsOf(runConfig(GAN)), model: (task) => vit(BLOCK, 'class', task) },
    100,
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
    describe.each(NETWORKS)('%s', (_, methods, dispatches) => {
      it('takes few dispatches a step, repeats itself, is resumed, and leaves no tensor', async () => {
        const whole = new Trial(engine(), methods, TASK);
        await whole.steps(1);
        expect(await dispatchesOf(() => whole.steps(1))).toBeLessThan(dispatches);
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
