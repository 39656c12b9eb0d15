import { describe, expect, it } from 'vitest';

import { Trial } from '../../../src/conformance/trial.js';
import { vit } from '../../../src/models/vit.js';
import { methodsOf } from '../../../src/plugin/methods.js';
import type { Methods } from '../../../src/train/methods.js';
import { onEachBackend } from '../../support/backends.js';
import { runConfig } from '../../support/runs.js';

/** The smallest that the networks take: a program may stand in for the GPU, where a step takes seconds. */
const TASK = { image: { height: 8, width: 8, channels: 3 }, classes: 3 };

const GAN = { optimizer: { gradient: 'gan' } };
const NETWORKS: readonly (readonly [string, Methods])[] = [
  ['ResNet-20', methodsOf(runConfig({ ...GAN, model: 'resnet20' }))],
  [
    'a Vision Transformer',
    { ...methodsOf(runConfig(GAN)), model: (task) => vit({ width: 16, depth: 1, heads: 1 }, 'class', task) },
  ],
];

onEachBackend(
  (engine) => {
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
