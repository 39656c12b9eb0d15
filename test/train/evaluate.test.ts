import { expect, it } from 'vitest';

import { constant } from '../../src/nn/initializers.js';
import { sequential } from '../../src/nn/layer.js';
import { dense, globalAveragePool } from '../../src/nn/layers.js';
import { optimizerSettings } from '../support/training.js';
import { createOptimizer } from '../../src/optim/registry.js';
import { evaluate } from '../../src/train/evaluate.js';
import { Network } from '../../src/train/network.js';
import { initialState } from '../../src/train/snapshot.js';
import { listTensors } from '../../src/train/step.js';
import { onEachBackend } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { randomDataset, randomSplit } from '../support/runs.js';

/** Gives every image the probabilities 1/8, 2/8 and 5/8. */
const model = sequential(
  globalAveragePool,
  dense('head', {
    inputs: 3,
    outputs: 3,
    kernel: constant(0),
    bias: () => Float32Array.of(0, Math.LN2, Math.log(5)),
  }),
);

/** Labels 0, 1, 2, 0. */
const dataset = { ...randomDataset, test: randomSplit(4, 'test') };

onEachBackend((engine) => {
  it.each([1, 2, 3, 5])('the test images count alike in batches of %i', async (batchSize) => {
    const network = new Network(engine(), model);
    const optimizer = createOptimizer(engine(), optimizerSettings(), network.parameters);
    const { tensors } = initialState(engine(), network, optimizer, 7);
    const { signal } = new AbortController();
    const options = { split: dataset.test, batchSize, signal };
    const evaluation = await evaluate(engine(), network, tensors, dataset, options);
    for (const tensor of listTensors(tensors)) tensor.dispose();
    // Losses ln 8, ln 8 − ln 2, ln 8 − ln 5 and ln 8, together ln(8⁴ / 10); the largest probability is right once.
    expectClose([evaluation?.loss ?? NaN], [Math.log(409.6) / 4]);
    expect(evaluation?.accuracy).toBe(1 / 4);
  });
});
