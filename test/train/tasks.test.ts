import { describe, expect, it } from 'vitest';

import { constant, normal } from '../../src/nn/initializers.js';
import { sequential } from '../../src/nn/layer.js';
import { dense, globalAveragePool } from '../../src/nn/layers.js';
import { createOptimizer } from '../../src/optim/registry.js';
import { epochOrder, trainingBatch } from '../../src/train/batch.js';
import { loadCheckpoint, saveCheckpoint } from '../../src/train/checkpoint.js';
import { evaluate } from '../../src/train/evaluate.js';
import { Network } from '../../src/train/network.js';
import { optimizerRandomness } from '../../src/train/random.js';
import { initialState, restoreSnapshot, takeSnapshot } from '../../src/train/snapshot.js';
import type { TrainState } from '../../src/train/state.js';
import { listTensors, trainStep } from '../../src/train/step.js';
import { onEachBackend } from '../support/backends.js';
import {
  checkpointFolder,
  eventsOf,
  interruptedAfter,
  latest,
  ofType,
  randomDatasetFor,
  run,
  runConfig,
} from '../support/runs.js';
import { optimizerSettings } from '../support/training.js';

/** Small grey images, not square, of five classes. */
const grey = randomDatasetFor({ image: { height: 16, width: 12, channels: 1 }, classes: 5 });

onEachBackend(
  (engine) => {
    it('a data set of another size trains, is evaluated and resumes like any other', async () => {
      const config = runConfig({ epochs: 2, regularization: { cutmix: 1, mixup: 1 } });
      const whole = await eventsOf(run(engine(), { config, dataset: grey }));
      const last = ofType(whole, 'epoch').at(-1);
      expect(last?.metrics).toMatchObject({ epoch: 2, step: 6 });
      expect(last?.metrics.testLoss).toBeGreaterThan(0);
      const weights = (await latest()).weights;
      expect(weights.get('stem.conv.kernel')?.shape).toEqual([3, 3, 1, 16]);
      expect(weights.get('head.kernel')?.shape).toEqual([64, 5]);
      await interruptedAfter(engine(), 4, { config, dataset: grey });
      await eventsOf(run(engine(), { config, dataset: grey, resume: await latest() }));
      expect((await latest()).weights).toEqual(weights);
    });
  },
  ['wasm', 'tensorflow'],
);

onEachBackend((engine) => {
  describe('a model without batch norm or buffers', () => {
    const plain = sequential(
      globalAveragePool,
      dense('head', { inputs: 1, outputs: 5, kernel: normal(0.1), bias: constant(0) }),
    );
    const settings = {
      batchSize: 7,
      shuffle: false,
      augmentation: 'none',
      regularization: {},
      labelSmoothing: 0,
    } as const;
    const batch = trainingBatch(grey, epochOrder(7, false, 1, 0), settings, { seed: 1, epoch: 0, index: 0 });

    it('trains, is evaluated, saved and restored', async () => {
      const before = engine().liveTensors();
      const network = new Network(engine(), plain);
      const optimizer = createOptimizer(engine(), optimizerSettings({ gradient: 'gan' }), network.parameters);
      const step = async ({ tensors, progress }: TrainState): Promise<TrainState> => {
        const context = { learningRate: 0.01, step: progress.step + 1, random: optimizerRandomness(7) };
        const outcome = await trainStep(engine(), network, optimizer, tensors, batch, context);
        if (!outcome.finite) throw new Error('not finite');
        return {
          tensors: outcome.tensors,
          progress: { ...progress, step: context.step, stepInEpoch: context.step },
        };
      };
      const start = initialState(engine(), network, optimizer, 7);
      const untrained = (await takeSnapshot(engine(), network, start, 7)).weights;
      const state = await step(start);
      const taken = await takeSnapshot(engine(), network, state, 7);
      expect([...taken.weights.keys()]).toEqual(['head.kernel', 'head.bias']);
      expect(taken.weights).not.toEqual(untrained);

      const saved = await loadCheckpoint(await saveCheckpoint(checkpointFolder(), { ...taken, records: [] }));
      const restored = restoreSnapshot(engine(), network, optimizer, saved);
      const [gone, resumed] = [await step(state), await step(restored)];
      const snapshots = [gone, resumed].map((of) => takeSnapshot(engine(), network, of, 7));
      expect(await snapshots[1]).toEqual(await snapshots[0]);

      const { signal } = new AbortController();
      const evaluation = await evaluate(engine(), network, gone.tensors, grey, {
        split: grey.test,
        batchSize: 2,
        signal,
      });
      expect(evaluation?.loss).toBeGreaterThan(0);
      for (const { tensors } of [gone, resumed]) for (const tensor of listTensors(tensors)) tensor.dispose();
      expect(engine().liveTensors()).toBe(before);
    });
  });
});
