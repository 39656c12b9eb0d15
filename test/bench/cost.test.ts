import { describe, expect, it } from 'vitest';

import { costOf } from '../../src/bench/cost.js';
import { countFlops } from '../../src/bench/flops.js';
import { loadConfig, MODEL_NAMES, DATASET_NAMES } from '../../src/config/index.js';
import { createModel } from '../../src/models/registry.js';
import { runConfig } from '../support/runs.js';
import { cifarTask } from '../support/tasks.js';

const task = cifarTask(100);
const { training, evaluation } = countFlops(createModel('resnet20', task), task.image);
const dataset = { name: 'cifar100-mini', trainSamples: 10, testSamples: 7 };

describe('the cost of a run', () => {
  it('is that of the images of its full batches, and of the test images after every epoch', () => {
    // Three batches of three an epoch; the tenth image is left over.
    const config = runConfig({ dataset, batchSize: 3, epochs: 2 });
    expect(costOf(config)).toBe(2 * 9 * training + 2 * 7 * evaluation);
  });

  it('counts held-out images as evaluated, not as trained on', () => {
    const held = { name: 'cifar100-mini', testSamples: 7, validation: 990 };
    const config = runConfig({ dataset: held, batchSize: 3, epochs: 2 });
    expect(costOf(config)).toBe(2 * 9 * training + 2 * 997 * evaluation);
  });

  it('ends with maxSteps, in the middle of the second epoch', () => {
    const config = runConfig({ dataset, batchSize: 3, epochs: 9, maxSteps: 4 });
    expect(costOf(config)).toBe(12 * training + 2 * 7 * evaluation);
  });

  it('is of the whole data set where no samples are asked for', () => {
    const config = runConfig({ dataset: { name: 'cifar10' }, batchSize: 128, epochs: 1 });
    const ten = countFlops(createModel('resnet20', cifarTask(10)), task.image);
    expect(costOf(config)).toBe(390 * 128 * ten.training + 10_000 * ten.evaluation);
  });

  it.each(MODEL_NAMES.flatMap((model) => DATASET_NAMES.map((name) => [model, name] as const)))(
    'is known of %s on %s',
    (model, name) => {
      expect(costOf(runConfig({ model, dataset: { name } }))).toBeGreaterThan(0);
    },
  );

  it('puts the presets in order, the longest first', async () => {
    const names = ['smoke', 'resnet20-gan', 'vgg16bn-gan', 'resnet56-gan'];
    const costs = new Map<string, number>();
    for (const name of names) costs.set(name, costOf(await loadConfig(`configs/${name}.json`)));
    const ordered = names.sort((a, b) => (costs.get(b) ?? 0) - (costs.get(a) ?? 0));
    expect(ordered).toEqual(['vgg16bn-gan', 'resnet56-gan', 'resnet20-gan', 'smoke']);
  });
});
