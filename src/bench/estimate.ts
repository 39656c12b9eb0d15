import { sum } from 'd3-array';

import type { RunConfig } from '../config/schema.js';
import { makespan } from '../support/makespan.js';
import { costOf } from './cost.js';
import { diskBytesOf } from './disk.js';
import { builtInModel, type ModelOf } from './model-of.js';
import type { RunMeasurement } from './run-measurement.js';
import { datasetBytesOf, evaluatedImages, lengthOf, taskOf } from './task.js';

/** A run that is to be made, or gone on with. */
export interface PlannedRun {
  /** What the user knows it by. */
  readonly name: string;
  readonly config: RunConfig;
  /** Completed epochs of the checkpoint that it goes on from. */
  readonly epochsDone: number;
}

/** A time span as it is expected, and what it would be if every step took the lower or the upper quartile. Seconds. */
export interface Seconds {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

export interface RunEstimate {
  /** Steps that are left. */
  readonly steps: number;
  readonly seconds: Seconds;
  readonly memoryBytes: number;
  /** What it will have on the disk when it is done. */
  readonly checkpointBytes: number;
  readonly csvBytes: number;
  /** One more checkpoint, which is there while it takes the place of the oldest. */
  readonly savingBytes: number;
}

/** What several runs take together. */
export interface Whole {
  readonly workers: number;
  /** Until the last is done. */
  readonly seconds: Seconds;
  /** Of the worker that needs most, and of as many as work at once. */
  readonly workerMemoryBytes: number;
  readonly memoryBytes: number;
  /** What stays of all runs. */
  readonly checkpointBytes: number;
  readonly csvBytes: number;
  /** The most that is on the disk at a time. */
  readonly diskBytes: number;
}

/** What one run takes from where it is. */
export function estimateRun({ config, epochsDone }: PlannedRun, measured: RunMeasurement): RunEstimate {
  const { epochs, stepsPerEpoch, totalSteps } = lengthOf(config);
  const task = taskOf(config);
  const steps = Math.max(totalSteps - epochsDone * stepsPerEpoch, 0);
  const evaluated = Math.max(epochs - epochsDone, 0) * evaluatedImages(task);
  const besides = measured.startSeconds + (evaluated * measured.evaluationMilliseconds) / 1000;
  const { lowerQuartile, median, upperQuartile } = measured.stepMilliseconds;
  const seconds = (milliseconds: number) => besides + (steps * milliseconds) / 1000;
  const disk = diskBytesOf(config, measured);
  return {
    steps,
    seconds: { low: seconds(lowerQuartile), expected: seconds(median), high: seconds(upperQuartile) },
    memoryBytes: measured.peakRssBytes + datasetBytesOf(config),
    checkpointBytes: disk.checkpoints,
    csvBytes: disk.csv,
    savingBytes: disk.checkpoint,
  };
}

/** What runs take that so many workers make. @param estimates - In the order in which they are begun. */
export function estimateWhole(estimates: readonly RunEstimate[], workers: number): Whole {
  const [checkpointBytes, csvBytes] = [
    sum(estimates, (run) => run.checkpointBytes),
    sum(estimates, (run) => run.csvBytes),
  ];
  const atOnce = (of: (run: RunEstimate) => number) =>
    sum(
      estimates
        .map(of)
        .sort((a, b) => b - a)
        .slice(0, workers),
    );
  const until = (of: keyof Seconds) =>
    makespan(
      estimates.map(({ seconds }) => seconds[of]),
      workers,
    );
  return {
    workers,
    seconds: { low: until('low'), expected: until('expected'), high: until('high') },
    workerMemoryBytes: Math.max(...estimates.map(({ memoryBytes }) => memoryBytes), 0),
    memoryBytes: atOnce(({ memoryBytes }) => memoryBytes),
    ...{ checkpointBytes, csvBytes },
    diskBytes: checkpointBytes + csvBytes + atOnce(({ savingBytes }) => savingBytes),
  };
}

/** Runs in the order in which a sweep begins them: that of which most is left first, equal ones as they come. */
export function longestFirst(runs: readonly PlannedRun[], model: ModelOf = builtInModel): PlannedRun[] {
  return runs
    .map((run) => ({ run, cost: costLeft(run, model) }))
    .sort((a, b) => b.cost - a.cost)
    .map(({ run }) => run);
}

/** What is left of a run costs, as {@link costOf} of a whole one. */
export function costLeft({ config, epochsDone }: PlannedRun, model: ModelOf = builtInModel): number {
  return costOf(config, model) * Math.max(1 - epochsDone / lengthOf(config).epochs, 0);
}
