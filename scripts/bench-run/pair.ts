import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { sum } from 'd3-array';

import type { MeasuredPhase } from '../../src/bench/phase-clock.js';
import { benchReportSchema } from '../../src/cli/bench-report.js';
import { packageFolder } from '../../src/support/package.js';
import { observeRun } from './observed-run.js';
import type { EpochMark } from './observed-run.js';
import type { RunOptions } from './options.js';

export const OPTIMIZERS = ['adamw', 'gan'] as const;
export type OptimizerWord = (typeof OPTIMIZERS)[number];

/** A run and the steps measured right after it; all in milliseconds. */
export interface Pair {
  readonly optimizer: OptimizerWord;
  /** Wall clock from the end of the first epoch to the end of the last, per epoch. */
  readonly epochMilliseconds: number;
  readonly stepsPerEpoch: number;
  /** A full step, as `gan-bench bench` measures it: the median. */
  readonly stepMilliseconds: number;
  /** Of that what a loop without data, statistics and records would need: forward, backward, transform, update. */
  readonly bareStepMilliseconds: number;
  /** Of that what holds all that is computed for statistics, and more: transform and statistics. */
  readonly statisticsMilliseconds: number;
  /** Of the machine's processor time while steps were measured: what other processes had, 0 to 1. */
  readonly othersShare: number;
}

const MEASURED_STEPS = 20;
const BARE: readonly MeasuredPhase[] = ['forward', 'backward', 'transform', 'update'];
/** Moments of gradients and updates are taken where those are packed, in `transform`; the rest is in `statistics`. */
const STATISTICS: readonly MeasuredPhase[] = ['transform', 'statistics'];

export async function measurePair(optimizer: OptimizerWord, options: RunOptions): Promise<Pair> {
  const marks = await observeRun(timedConfig(optimizer, options), options.dataDir);
  const [first, last] = [marks[0], marks.at(-1)];
  if (first === undefined || last?.epoch !== options.epochs)
    throw new Error(`of ${options.epochs} epochs ${marks.length} were seen to end`);
  const steps = await measureSteps(optimizer, options);
  return {
    optimizer,
    epochMilliseconds: (last.atMilliseconds - first.atMilliseconds) / (last.epoch - first.epoch),
    stepsPerEpoch: last.step / last.epoch,
    ...steps,
  };
}

/** The memory of a run, epoch by epoch: evaluation, checkpoints and all. */
export async function watchMemory(options: RunOptions): Promise<EpochMark[]> {
  return await observeRun({ ...commonConfig('gan', options), epochs: options.memoryEpochs }, options.dataDir);
}

/**
 * Checkpoints and evaluation are kept out: a checkpoint would follow every few steps of a small data set instead of
 * every few hundred, and evaluation is no part of a training step.
 */
function timedConfig(optimizer: OptimizerWord, options: RunOptions): object {
  const { dataset, ...config } = commonConfig(optimizer, options);
  const { epochs } = options;
  return { ...config, epochs, dataset: { ...dataset, testSamples: 1 }, checkpoint: { everyEpochs: epochs } };
}

function commonConfig(optimizer: OptimizerWord, options: RunOptions) {
  const { model, batchSize, dataset: name, trainSamples } = options;
  return {
    ...{ model, batchSize, optimizer },
    dataset: { name, ...(trainSamples !== undefined && { trainSamples }) },
    schedule: { warmupEpochs: 0 },
    log: { everySteps: 1 },
  };
}

async function measureSteps(
  optimizer: OptimizerWord,
  { model, batchSize }: RunOptions,
): Promise<Omit<Pair, 'optimizer' | 'epochMilliseconds' | 'stepsPerEpoch'>> {
  const program = path.join(packageFolder(), 'bin', 'gan-bench.js');
  const flags = { '--model': model, '--batch-size': String(batchSize), '--optimizer': optimizer };
  const args = ['bench', ...Object.entries(flags).flat(), '--steps', String(MEASURED_STEPS), '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args]);
  const [row] = benchReportSchema.parse(JSON.parse(stdout)).rows;
  if (row === undefined) throw new Error('gan-bench bench gave no row');
  const timeOf = (phases: readonly MeasuredPhase[]) =>
    sum(row.phases, ({ phase, medianMilliseconds }) => (phases.includes(phase) ? medianMilliseconds : 0));
  return {
    stepMilliseconds: row.stepMilliseconds.median,
    bareStepMilliseconds: timeOf(BARE),
    statisticsMilliseconds: timeOf(STATISTICS),
    othersShare: row.othersShare,
  };
}
