import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { betterEpoch, type BestEpoch } from '../../src/train/best-epoch.js';
import { latestCheckpoint, loadCheckpoint } from '../../src/train/checkpoint.js';
import { planOf } from '../../src/train/plan.js';
import { afterEpoch, untrained } from '../../src/train/state.js';
import type { TrainEvent } from '../../src/train/events.js';
import { onEachEngine } from '../support/backends.js';
import {
  checkpointFolder,
  eventsOf,
  interruptedAfter,
  latest,
  ofType,
  randomDataset,
  randomSplit,
  run,
  runConfig,
} from '../support/runs.js';
import { nameOf } from './checkpoints.js';

const epochAt = (epoch: number, validationAccuracy: number): BestEpoch => ({
  ...{ epoch, step: 10 * epoch, validationAccuracy, testAccuracy: 0.5 },
});

describe('the best epoch', () => {
  it('is the one with the highest validation accuracy, of equals the first', () => {
    const [first, second] = [epochAt(1, 0.25), epochAt(2, 0.25)];
    expect(betterEpoch(undefined, first)).toBe(first);
    expect(betterEpoch(first, second)).toBe(first);
    expect(betterEpoch(first, epochAt(3, 0.5))).toEqual(epochAt(3, 0.5));
  });

  it('is part of the progress, and of none where nothing is held out', () => {
    const trained = { ...untrained, step: 10, stepInEpoch: 10 };
    expect(afterEpoch(trained)).not.toHaveProperty('best');
    const once = afterEpoch(trained, { validationAccuracy: 0.25, testAccuracy: 0.5 });
    expect(once.best).toEqual(epochAt(1, 0.25));
    const worse = { ...once, step: 20, stepInEpoch: 10 };
    expect(afterEpoch(worse, { validationAccuracy: 0.125, testAccuracy: 1 }).best).toEqual(epochAt(1, 0.25));
  });
});

describe('a batch that is larger than what is trained on', () => {
  it('is refused, naming what is held out', () => {
    const config = runConfig({ batchSize: 8, dataset: { name: 'cifar100-mini', validation: 100 } });
    expect(() => {
      planOf(config, { train: { count: 7 } });
    }).toThrow(
      'batchSize: found 8; allowed: at most 7, the number of training images of cifar100-mini, without the 100 that dataset.validation holds out',
    );
    expect(planOf(config, { train: { count: 8 } }).stepsPerEpoch).toBe(1);
  });
});

/** Twelve validation images, so that epochs differ in how many are right. */
const dataset = { ...randomDataset, validation: randomSplit(12, 'validation') };
const config = runConfig({
  ...{ epochs: 4, optimizer: { gradient: 'gan', learningRate: 0.02 } },
  dataset: { name: 'cifar100-mini', validation: 12 },
  checkpoint: { best: 'validation', keep: 1, everyEpochs: 4 },
});

const withoutValidation = { validationLoss: undefined, validationAccuracy: undefined };

/** What is the same in two runs: rows of epochs less their times. */
function epochsIn(events: readonly TrainEvent[]): object[] {
  return ofType(events, 'epoch').map(({ metrics }) => ({
    ...metrics,
    ...{ epochSeconds: 0, imagesPerSecond: 0, trainSeconds: 0, evaluationSeconds: 0, othersShare: 0 },
  }));
}

/** Names of the checkpoints, and the bytes of their weights. */
async function keptCheckpoints(): Promise<Record<string, string>> {
  const folder = checkpointFolder();
  const kept: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort())
    kept[name] = (await readFile(path.join(folder, name, 'weights.safetensors'))).toString('base64');
  return kept;
}

onEachEngine(
  (engine) => {
    describe('a run with validation images', () => {
      it('is told apart by its events, and trains just as one without them', async () => {
        const events = await eventsOf(run(engine(), { config, dataset }));
        expect(events[0]).toMatchObject({ type: 'run-started', hasValidation: true });
        const metrics = ofType(events, 'epoch').map((event) => event.metrics);
        for (const { validationLoss, validationAccuracy = NaN } of metrics) {
          expect(validationLoss).toBeGreaterThan(0);
          expect((12 * validationAccuracy) % 1).toBeCloseTo(0, 9);
        }
        const weights = (await latest()).weights;
        await rm(checkpointFolder(), { recursive: true });
        const without = await eventsOf(
          run(engine(), {
            config: runConfig({ ...config, dataset: { name: 'cifar100-mini' }, checkpoint: {} }),
          }),
        );
        expect((await latest()).weights).toEqual(weights);
        const plain = epochsIn(events).map((row) => ({ ...row, ...withoutValidation }));
        expect(epochsIn(without)).toEqual(plain);
        expect(epochsIn(without)[0]).not.toHaveProperty('validationAccuracy');
      });

      it('keeps the checkpoint of its best epoch beside the newest', async () => {
        const events = await eventsOf(run(engine(), { config, dataset }));
        const accuracies = ofType(events, 'epoch').map(({ metrics }) => metrics.validationAccuracy ?? NaN);
        const epoch = 1 + accuracies.indexOf(Math.max(...accuracies));
        const { best } = ofType(events, 'run-finished')[0] ?? {};
        expect(best).toMatchObject({ epoch, step: 3 * epoch, checkpoint: nameOf(3 * epoch) });
        expect(Object.keys(await keptCheckpoints())).toEqual([...new Set([nameOf(3 * epoch), nameOf(12)])]);
        const { progress } = await loadCheckpoint(path.join(checkpointFolder(), nameOf(3 * epoch)));
        expect(progress).toMatchObject({ epoch, stepInEpoch: 0, best: { epoch } });
      });

      it.each([1, 3, 5, 8, 11])('interrupted in step %i keeps the same as one that was not', async (step) => {
        const whole = await eventsOf(run(engine(), { config, dataset }));
        const expected = await keptCheckpoints();
        await rm(checkpointFolder(), { recursive: true });
        await interruptedAfter(engine(), step, { config, dataset });
        const after = await eventsOf(run(engine(), { config, dataset, resume: await latest() }));
        expect(after.at(-1)).toEqual(whole.at(-1));
        expect(await keptCheckpoints()).toEqual(expected);
      });

      it('goes on from an older checkpoint to the same best one when the newest is torn', async () => {
        const every = runConfig({ ...config, checkpoint: { best: 'validation', keep: 2 } });
        const whole = await eventsOf(run(engine(), { config: every, dataset }));
        const expected = await keptCheckpoints();
        await rm(path.join(checkpointFolder(), nameOf(12), 'state.json'));
        const { snapshot: resume } = await latestCheckpoint(checkpointFolder());
        expect(resume?.progress.step).toBe(9);
        const after = await eventsOf(run(engine(), { config: every, dataset, resume }));
        expect(after.at(-1)).toEqual(whole.at(-1));
        expect(await keptCheckpoints()).toEqual(expected);
      });
    });
  },
  ['wasm'],
);
