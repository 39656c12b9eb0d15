import { describe, expect, it } from 'vitest';

import { transforms } from '../../src/optim/registry.js';
import { metricsTable } from '../../src/record/tables/metrics.js';
import { fieldsOf, measuredColumns } from '../../src/record/tables/table.js';
import type { EpochMetrics, TrainEvent } from '../../src/train/events.js';
import { onEachEngine } from '../support/backends.js';
import { expectClose } from '../support/close.js';
import { eventsOf, interruptedAfter, latest, ofType, run, runConfig } from '../support/runs.js';
import { BASES, GRADIENTS } from '../support/training.js';

/** A row of metrics.csv less what is measured of time and machine. */
function comparable(metrics: EpochMetrics) {
  const measured = measuredColumns(metricsTable);
  const fields = fieldsOf(metricsTable, metrics);
  return metricsTable.columns.map((name, index) => (measured.includes(name) ? undefined : fields[index]));
}

/** The events less their timings, which no two runs share. */
function timeless(events: readonly TrainEvent[]): unknown[] {
  return events.map((event) =>
    event.type === 'epoch'
      ? {
          ...event,
          metrics: comparable(event.metrics),
        }
      : event,
  );
}

onEachEngine(
  (engine, name) => {
    describe('the events of a run', () => {
      it('come in order, each epoch of as many steps as there are whole batches', async () => {
        const events = await eventsOf(run(engine()));
        expect(events.map(({ type }) => type)).toEqual([
          'run-started',
          ...['step', 'step', 'step', 'epoch', 'checkpoint'],
          ...['step', 'step', 'step', 'epoch', 'checkpoint'],
          'run-finished',
        ]);
        expect(events[0]).toEqual({
          type: 'run-started',
          seed: 42,
          epochs: 2,
          stepsPerEpoch: 3,
          totalSteps: 6,
          hasValidation: false,
          resumedFrom: undefined,
          reports: transforms.gan.reports,
        });
        expect(ofType(events, 'step').map(({ step, epoch }) => [step, epoch])).toEqual([
          ...[1, 2, 3].map((step) => [step, 1]),
          ...[4, 5, 6].map((step) => [step, 2]),
        ]);
        expect(events.at(-1)).toEqual({ type: 'run-finished', epoch: 2, step: 6 });
      });

      it('tell of each epoch the means of its steps', async () => {
        const events = await eventsOf(run(engine()));
        const steps = ofType(events, 'step').slice(3);
        const { metrics, layers } = ofType(events, 'epoch')[1] ?? {};
        const mean = (values: readonly number[]): number =>
          values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(metrics).toMatchObject({ epoch: 2, step: 6 });
        expectClose(
          [
            metrics?.trainLoss,
            metrics?.trainAccuracy,
            metrics?.gradGlobalStd,
            metrics?.reports['autoscale_alpha'],
            metrics?.reports['autoscale_sigma'],
          ].map((value) => value ?? NaN),
          [
            mean(steps.map(({ loss }) => loss)),
            mean(steps.map(({ accuracy }) => accuracy)),
            mean(steps.map(({ gradGlobalStd }) => gradGlobalStd)),
            mean(steps.map(({ reports }) => reports['autoscale_alpha'] ?? NaN)),
            mean(steps.map(({ reports }) => reports['autoscale_sigma'] ?? NaN)),
          ],
          { absolute: 0, relative: 1e-12 },
        );
        expect(layers?.at(-1)).toMatchObject({
          layer: 'global',
          gradStd: metrics?.gradGlobalStd,
          updateStd: metrics?.updateGlobalStd,
        });
        expect([0, 1 / 3, 2 / 3, 1]).toContain(metrics?.testAccuracy);
        const { trainSeconds = NaN, evaluationSeconds = NaN, epochSeconds, othersShare } = metrics ?? {};
        expect(epochSeconds).toBe(trainSeconds + evaluationSeconds);
        expect(othersShare).toSatisfy((share: number) => share >= 0 && share <= 1);
      });

      it('are the same when the run is repeated, and others for another seed', async () => {
        const once = timeless(await eventsOf(run(engine())));
        expect(timeless(await eventsOf(run(engine())))).toEqual(once);
        expect(timeless(await eventsOf(run(engine(), { seed: 43 })))).not.toEqual(once);
      });

      it('follow the schedule', async () => {
        const config = runConfig({ schedule: { warmupEpochs: 2 }, optimizer: { learningRate: 0.01 } });
        const events = await eventsOf(run(engine(), { config }));
        expect(ofType(events, 'step').map(({ learningRate }) => learningRate)).toEqual([
          ...Array<number>(3).fill(0.005),
          ...Array<number>(3).fill(0.01),
        ]);
        expect(ofType(events, 'epoch').map(({ metrics }) => metrics.learningRate)).toEqual([0.005, 0.01]);
      });

      it('end after maxSteps, in the middle of an epoch too', async () => {
        const events = await eventsOf(run(engine(), { config: runConfig({ maxSteps: 4 }) }));
        expect(events[0]).toMatchObject({ totalSteps: 4 });
        expect(ofType(events, 'epoch').map(({ metrics }) => metrics.step)).toEqual([3, 4]);
        const last = ofType(events, 'epoch')[1]?.metrics;
        expect(last?.trainLoss).toBe(ofType(events, 'step')[3]?.loss);
        expect(events.at(-1)).toEqual({ type: 'run-finished', epoch: 2, step: 4 });
      });
    });

    describe('resuming', () => {
      it.each([1, 2, 3, 4])('after step %i goes on as if nothing had happened', async (step) => {
        const whole = timeless(await eventsOf(run(engine())));
        const before = await interruptedAfter(engine(), step);
        const snapshot = await latest();
        const after = await eventsOf(run(engine(), { resume: snapshot }));
        expect(after[0]).toMatchObject({
          resumedFrom: { epoch: Math.floor((step - 1) / 3), step },
        });
        const training = (events: readonly TrainEvent[]): unknown[] =>
          timeless(events.filter(({ type }) => type === 'step' || type === 'epoch'));
        expect([...training(before), ...training(after)]).toEqual(
          whole.filter((event) => /"type":"(step|epoch)"/.test(JSON.stringify(event))),
        );
        expect(after.at(-1)).toEqual({ type: 'run-finished', epoch: 2, step: 6 });
      });

      it('a finished run does nothing', async () => {
        await eventsOf(run(engine()));
        const events = await eventsOf(run(engine(), { resume: await latest() }));
        expect(events.map(({ type }) => type)).toEqual(['run-started', 'run-finished']);
      });

      it('from a checkpoint of another model fails with the tensor named, and leaves nothing alive', async () => {
        await eventsOf(run(engine()));
        const resume = await latest();
        const live = engine().liveTensors();
        const config = runConfig({ model: 'resnet32' });
        const events = await eventsOf(run(engine(), { config, resume }));
        expect(events).toMatchObject([
          { type: 'run-failed', epoch: 2, step: 6, error: { code: 'checkpoint' } },
        ]);
        expect(engine().liveTensors()).toBe(live);
      });
    });

    it.each(GRADIENTS.flatMap((gradient) => BASES.map((base) => [gradient, base] as const)))(
      `trains an epoch with %s × %s on ${name}`,
      async (gradient, base) => {
        const config = runConfig({
          epochs: 1,
          maxSteps: 2,
          optimizer: { gradient, base, learningRate: 1e-3 },
        });
        const events = await eventsOf(run(engine(), { config }));
        expect(events.at(-1)?.type).toBe('run-finished');
        const { metrics, layers = [] } = ofType(events, 'epoch')[0] ?? {};
        expect(layers).toHaveLength(21);
        const numbers = [metrics, ...layers].flatMap((row): unknown[] => Object.values(row ?? {}));
        for (const value of numbers) {
          if (typeof value === 'number') expect(value).toSatisfy(Number.isFinite);
        }
        const reports = ['autoscale_alpha', 'autoscale_exponent', 'autoscale_sigma'];
        expect(Object.keys(metrics?.reports ?? {})).toEqual(gradient === 'gan' ? reports : []);
      },
    );
  },
  ['wasm', 'tensorflow', 'tensorflow/bfloat16'],
);
