import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { estimateRun, estimateWhole, longestFirst } from '../../src/bench/estimate.js';
import { makespan } from '../../src/support/makespan.js';
import type { RunEstimate } from '../../src/bench/estimate.js';
import { estimateRows, kindsAmong } from '../../src/bench/estimate-rows.js';
import { kindOf } from '../../src/bench/kind.js';
import { runConfig } from '../support/runs.js';
import { someMeasurement } from './some-measurement.js';

const dataset = { name: 'cifar100-mini', trainSamples: 10, testSamples: 7 };
/** Five epochs of three steps; the tenth image is left over. */
const config = runConfig({ dataset, batchSize: 3, epochs: 5 });

describe('the estimate of a run', () => {
  it('is start, steps and evaluations', () => {
    const { steps, seconds } = estimateRun({ name: 'a', config, epochsDone: 0 }, someMeasurement());
    expect(steps).toBe(15);
    // 3 s to start, 5 × 7 images of 2 ms, 15 steps of 90, 100 and 150 ms.
    expect(seconds.low).toBeCloseTo(3 + 0.07 + 1.35, 10);
    expect(seconds.expected).toBeCloseTo(3 + 0.07 + 1.5, 10);
    expect(seconds.high).toBeCloseTo(3 + 0.07 + 2.25, 10);
  });

  it('counts what is left of one that has begun', () => {
    const { steps, seconds } = estimateRun({ name: 'a', config, epochsDone: 3 }, someMeasurement());
    expect(steps).toBe(6);
    expect(seconds.expected).toBeCloseTo(3 + 0.028 + 0.6, 10);
  });

  it('ends with maxSteps, whose epoch is evaluated too', () => {
    const short = runConfig({ dataset, batchSize: 3, epochs: 5, maxSteps: 4 });
    const { steps, seconds } = estimateRun({ name: 'a', config: short, epochsDone: 0 }, someMeasurement());
    expect(steps).toBe(4);
    expect(seconds.expected).toBeCloseTo(3 + 0.028 + 0.4, 10);
  });

  it('needs the memory that was measured, and the data set', () => {
    // 17 images of 32 · 32 · 3 bytes, with a byte of label each.
    const { memoryBytes } = estimateRun({ name: 'a', config, epochsDone: 0 }, someMeasurement());
    expect(memoryBytes).toBe(1_000_000_000 + 17 * 3073);
  });

  it.each([
    // Two of the five checkpoints stay, and one more is there while it is saved.
    [{}, 2],
    [{ keep: 9 }, 5],
    [{ keep: 9, everyEpochs: 2 }, 3],
    [{ initial: true }, 3],
    // The best may be any of the five, and stays beside the newest.
    [{ best: 'validation', everyEpochs: 5 }, 3],
  ])('leaves of %j %i checkpoints', (checkpoint, count) => {
    const held = { ...dataset, validation: 1 };
    const kept = runConfig({ dataset: held, batchSize: 3, epochs: 5, checkpoint });
    const estimate = estimateRun({ name: 'a', config: kept, epochsDone: 0 }, someMeasurement());
    expect(estimate.checkpointBytes).toBe(count * estimate.savingBytes);
    // 3000 bytes of tensors, and a state.json of several hundred.
    expect(estimate.savingBytes).toBeGreaterThan(3500);
    expect(estimate.savingBytes).toBeLessThan(4500);
  });

  it('leaves the rows of its epochs, and of its steps when they are logged', () => {
    const logged = runConfig({ dataset, batchSize: 3, epochs: 5, log: { everySteps: 4 } });
    const bytes = (each: typeof config) =>
      estimateRun({ name: 'a', config: each, epochsDone: 0 }, someMeasurement()).csvBytes;
    expect(bytes(config)).toBe(30 + 5 * 1100);
    // Steps 4, 8 and 12 of 15.
    expect(bytes(logged)).toBe(30 + 5 * 1100 + 5 + 3 * 7);
  });
});

function estimateOf(seconds: number, changes: Partial<RunEstimate> = {}): RunEstimate {
  return {
    steps: 1,
    seconds: { low: seconds / 2, expected: seconds, high: seconds * 2 },
    ...{ memoryBytes: 10, checkpointBytes: 200, csvBytes: 3, savingBytes: 100 },
    ...changes,
  };
}

describe('the estimate of several', () => {
  it('ends with the last worker', () => {
    // The first worker has 5, then 1; the second 4, then 3.
    const runs = [5, 4, 3, 1].map((seconds) => estimateOf(seconds));
    expect(estimateWhole(runs, 2).seconds).toEqual({ low: 3.5, expected: 7, high: 14 });
    expect(estimateWhole(runs, 1).seconds.expected).toBe(13);
  });

  it('needs the memory of those that need most, and a checkpoint more for each worker', () => {
    const runs = [10, 30, 20].map((memoryBytes) => estimateOf(1, { memoryBytes, savingBytes: memoryBytes }));
    expect(estimateWhole(runs, 2)).toMatchObject({
      ...{ workers: 2, workerMemoryBytes: 30, memoryBytes: 50 },
      ...{ checkpointBytes: 600, csvBytes: 9, diskBytes: 659 },
    });
  });

  it('of none is nothing', () => {
    expect(estimateWhole([], 2)).toMatchObject({ seconds: { expected: 0 }, memoryBytes: 0, diskBytes: 0 });
  });
});

describe('the time that workers take', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 20 });
  it('lies between the ideal and that of one worker, and is no shorter than the longest run', () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 5 }), (each, workers) => {
        const total = each.reduce((sum, length) => sum + length, 0);
        const span = makespan(each, workers);
        expect(span).toBeGreaterThanOrEqual(Math.max(total / workers, ...each));
        expect(span).toBeLessThanOrEqual(total);
      }),
    );
  });
});

describe('runs are begun', () => {
  it('the longest first, equal ones in their order, by what is left', () => {
    const long = runConfig({ dataset, batchSize: 3, epochs: 9 });
    const runs = [
      { name: 'a', config, epochsDone: 0 },
      { name: 'b', config, epochsDone: 0 },
      { name: 'c', config: long, epochsDone: 0 },
      { name: 'd', config: long, epochsDone: 8 },
    ];
    expect(longestFirst(runs).map(({ name }) => name)).toEqual(['c', 'a', 'b', 'd']);
  });
});

describe('the kind of a run', () => {
  it.each([
    { name: 'other', seeds: [7], epochs: 99, output: 'x', log: { everySteps: 1 } },
    { optimizer: { gradient: 'gan', learningRate: 0.5, weightDecay: 0.1 } },
    { dataset: { ...dataset, trainSamples: 99 } },
    { loss: { labelSmoothing: 0.1 } },
  ])('stays with %j', (changes) => {
    expect(kindOf(runConfig({ dataset, ...changes }))).toBe(kindOf(runConfig({ dataset })));
  });

  it.each([
    { model: 'resnet32' },
    { batchSize: 3 },
    { evalBatchSize: 3 },
    { dataset: { name: 'cifar10' } },
    { dataset: { ...dataset, augmentation: 'none' } },
    { precision: 'bfloat16' },
    { backend: 'wasm' },
    { optimizer: { gradient: 'zscore' } },
    { optimizer: { gradient: 'gan', base: 'sgd' } },
    { optimizer: { gradient: 'gan', gan: { autoscale: false } } },
    { optimizer: { gradient: 'gan', weightDecay: 0 } },
    { regularization: { cutmix: 1 } },
  ])('is another with %j', (changes) => {
    expect(kindOf(runConfig({ dataset, ...changes }))).not.toBe(kindOf(runConfig({ dataset })));
  });
});

describe('the rows of an estimate', () => {
  const other = runConfig({ dataset, batchSize: 3, epochs: 5, optimizer: 'adamw' });
  const runs = [
    { name: 'a', config, epochsDone: 0 },
    { name: 'b', config: other, epochsDone: 0 },
    { name: 'c', config: { ...config, seeds: [7] }, epochsDone: 0 },
    { name: 'd', config, epochsDone: 1 },
  ];

  it('are of runs of one kind and length; each kind is measured once', () => {
    const kinds = kindsAmong(runs);
    expect([...kinds.values()]).toEqual([config, other]);
    const measured = new Map([...kinds.keys()].map((kind) => [kind, someMeasurement()]));
    const { estimates, rows } = estimateRows(runs, measured);
    expect(estimates.map(({ steps }) => steps)).toEqual([15, 15, 15, 12]);
    expect(rows.map(({ names }) => names)).toEqual([['a', 'c'], ['b'], ['d']]);
  });
});
