import { expect, it } from 'vitest';

import { constant, uniform } from '../../src/nn/initializers.js';
import type { Layer } from '../../src/nn/layer.js';
import { createOptimizer } from '../../src/optim/registry.js';
import { Network } from '../../src/train/network.js';
import { optimizerRandomness } from '../../src/train/random.js';
import { trainStep } from '../../src/train/step.js';
import { onEachBackend } from '../support/backends.js';
import { optimizerSettings, randomBatch, startingTensors } from '../support/training.js';

const CLASSES = 3;
const batch = randomBatch([0, 1], CLASSES);

onEachBackend((engine) => {
  it('a gradient that is not finite is named, also one that the transform leaves alone', async () => {
    // Pixels of 1e34 × the 1e8 of the second kernel: the first one's gradient is beyond 3.4e38, the second one's not.
    const model: Layer = {
      parameters: [
        { name: 'first', shape: [3, 1], eligible: false, initialize: constant(1e-30) },
        { name: 'second', shape: [1, CLASSES], eligible: true, initialize: uniform(1e8) },
      ],
      buffers: [],
      forward: (x, { operations, parameter }) => {
        const hidden = operations.dense(operations.globalAveragePool(x), parameter('first'));
        return operations.dense(hidden, parameter('second'));
      },
    };
    const network = new Network(engine(), model);
    const optimizer = createOptimizer(engine(), optimizerSettings(), network.parameters);
    const tensors = startingTensors(engine(), network, optimizer, network.initialValues(1));
    const images = batch.images.map(() => 1e34);
    const context = { learningRate: 0.01, step: 1, random: optimizerRandomness(1) };
    const outcome = await trainStep(engine(), network, optimizer, tensors, { ...batch, images }, context);
    expect(outcome).toMatchObject({ finite: false, layer: 'first' });
  });
});
