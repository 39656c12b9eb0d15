import { describe, expect, it } from 'vitest';

import { checkTraining } from '../../src/conformance/training.js';
import { testPlugin } from '../../src/conformance/suite.js';
import { Trial } from '../../src/conformance/trial.js';
import { defineModel } from '../../src/models/definition.js';
import { vit } from '../../src/models/vit.js';
import { NO_OPTIONS } from '../../src/optim/definition.js';
import { methodsOf } from '../../src/plugin/methods.js';
import { definePlugin } from '../../src/plugin/plugin.js';
import type { Engine } from '../../src/tensor/engine.js';
import type { TrainEvent } from '../../src/train/events.js';
import type { Methods } from '../../src/train/methods.js';
import { FILE, META } from '../plugin/methods.js';
import { onEachBackend, onEachEngine } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import {
  eventsOf,
  interruptedAfter,
  latest,
  ofType,
  randomDatasetFor,
  run,
  runConfig,
} from '../support/runs.js';

/** Heads of 16 channels, as the kernels take them. */
const SHAPE = { width: 32, depth: 2, heads: 2 };
/** Six patches. */
const TASK = { image: { height: 8, width: 12, channels: 3 }, classes: 3 };
const dataset = randomDatasetFor(TASK);

const ELIGIBLE = [
  ...['patch.kernel', 'position'],
  ...[1, 2].flatMap((block) =>
    ['attention.qkv', 'attention.out', 'mlp.in', 'mlp.out'].map((name) => `block${block}.${name}.kernel`),
  ),
  'head.kernel',
];

const methodsFor = (changes: object = {}, pool: 'class' | 'mean' = 'class'): Methods => ({
  ...methodsOf(runConfig(changes)),
  model: (task) => vit(SHAPE, pool, task),
});

const trainingOf = (events: readonly TrainEvent[]) => [
  ...ofType(events, 'step'),
  ...ofType(events, 'epoch').map(({ layers, metrics }) => ({ layers, loss: metrics.testLoss })),
];

onEachEngine(
  (engine) => {
    describe.each(['class', 'mean'] as const)('a Vision Transformer that reads the %s', (pool) => {
      it('trains, repeats itself, is resumed, and leaves no tensor behind', async () => {
        const checks = await checkTraining(engine(), methodsFor({}, pool), TASK);
        expect(checks.map(({ problem }) => problem)).toEqual(checks.map(() => undefined));
      });

      it('learns the images that it is given again and again', async () => {
        const trial = new Trial(engine(), methodsFor({ optimizer: { gradient: 'none' } }, pool), TASK);
        const losses = (await trial.steps(20)).map(({ loss }) => loss);
        trial.dispose();
        expect(losses[0]).toBeCloseTo(Math.log(3), 0);
        expect(losses.at(-1)).toBeLessThan(0.9 * (losses[0] ?? NaN));
      });
    });
  },
  ['cpu', 'wasm', 'tensorflow', 'tensorflow/bfloat16'],
);

onEachEngine(
  (engine) => {
    const train = (changes: object = {}, more: object = {}) =>
      run(engine(), {
        ...{ config: runConfig(changes), dataset, methods: methodsFor(changes) },
        ...more,
      });

    it('has a row of statistics for each matrix, the positions among them, and for all', async () => {
      const events = await eventsOf(train({ epochs: 1 }));
      const { layers = [], metrics } = ofType(events, 'epoch')[0] ?? {};
      expect(layers.map(({ layer }) => layer)).toEqual([...ELIGIBLE, 'global']);
      // 48 · 32, 7 · 32, two blocks of 12 · 32², and 32 · 3.
      expect(layers.at(-1)?.elements).toBe(1536 + 224 + 24_576 + 96);
      for (const { gradStd, updateStd } of layers) {
        expect(gradStd).toBeGreaterThan(0);
        expect(updateStd).toBeGreaterThan(0);
      }
      expect(metrics?.reports['autoscale_alpha']).toBeGreaterThan(0);
    });

    it('has updates of mean 0 and deviation 1 under zscore, but for ε', async () => {
      const [report] = await stepsOf(engine(), { gradient: 'zscore' });
      for (const { layer, gradStd, updateMean, updateStd } of report?.layers.slice(0, -1) ?? []) {
        expect(ELIGIBLE).toContain(layer);
        expectClose([updateMean, updateStd], [0, gradStd / (gradStd + 1e-8)], { absolute: 1e-4 });
      }
    });

    it('centres each matrix under gan, and scales all by one factor', async () => {
      const [report] = await stepsOf(engine(), { gradient: 'gan' });
      const alpha = report?.reports['autoscale_alpha'] ?? NaN;
      for (const { gradStd, updateMean, updateStd } of report?.layers.slice(0, -1) ?? []) {
        expect(Math.abs(updateMean)).toBeLessThan(1e-6);
        expectClose([updateStd], [alpha * gradStd], { relative: 1e-4 });
      }
    });

    it('goes on from the middle of an epoch as if nothing had happened', async () => {
      const whole = trainingOf(await eventsOf(train()));
      const options = { config: runConfig(), dataset, methods: methodsFor() };
      const before = await interruptedAfter(engine(), 2, options);
      const after = await eventsOf(train({}, { resume: await latest() }));
      expect([...ofType(before, 'step'), ...ofType(after, 'step')]).toEqual(
        whole.filter((event) => 'step' in event),
      );
      expect(trainingOf(after).slice(-2)).toEqual(whole.slice(-2));
    });

    it('is evaluated alike in batches of any size', async () => {
      const losses: number[] = [];
      for (const evalBatchSize of [1, 2, 3]) {
        const events = await eventsOf(train({ epochs: 1, evalBatchSize }));
        losses.push(ofType(events, 'epoch')[0]?.metrics.testLoss ?? NaN);
      }
      expectClose(
        losses,
        losses.map(() => losses[0] ?? NaN),
        { relative: 1e-6 },
      );
    });
  },
  ['wasm', 'tensorflow', 'tensorflow/bfloat16'],
);

onEachBackend(
  (engine) => {
    it('passes the conformance suite as a model of a plug-in', async () => {
      const tiny = defineModel({
        options: NO_OPTIONS,
        create: (_, task) => vit({ width: 16, depth: 1, heads: 1 }, 'class', task),
      });
      const plugin = definePlugin({ meta: META, models: { tiny } });
      const [report] = await testPlugin(engine(), { plugin, file: FILE });
      expect(report?.checks.map(({ problem }) => problem)).toEqual(report?.checks.map(() => undefined));
    });
  },
  ['wasm', 'tensorflow'],
);

async function stepsOf(engine: Engine, optimizer: object) {
  const trial = new Trial(engine, methodsFor({ optimizer }), TASK);
  const reports = await trial.steps(1);
  trial.dispose();
  return reports;
}
