import { performance } from 'node:perf_hooks';
import process from 'node:process';

import { z } from 'zod';

import type { RunConfig } from '../config/schema.js';
import type { Dataset, Split } from '../data/dataset.js';
import { rowBytesOf } from '../record/row-bytes.js';
import type { SampleRows } from '../record/row-bytes.js';
import { LoadWatch } from '../support/machine-load.js';
import { valuesOf } from '../support/images.js';
import type { Engine } from '../tensor/engine.js';
import { tensorBytes } from '../train/checkpoint-state.js';
import { epochMetrics } from '../train/epoch-metrics.js';
import type { Methods } from '../train/methods.js';
import type { StepReport } from '../train/step.js';
import { afterStep, meanStatistics, untrained } from '../train/state.js';
import { medianOf, spreadOf, spreadSchema } from './measurement.js';
import { repeat } from './repeat.js';
import type { Bounds } from './repeat.js';
import { Stepper } from './stepper.js';
import { taskOf } from './task.js';

const rowBytesSchema = z.strictObject({ file: z.string(), header: z.int(), added: z.int() });

/** What was measured of a run, in a process of its own. Times are wall-clock. */
export const runMeasurementSchema = z.strictObject({
  backend: z.string(),
  /** Steps that were measured. */
  steps: z.int().min(1),
  stepMilliseconds: spreadSchema,
  /** Of a test image. */
  evaluationMilliseconds: z.number(),
  /** From the start of the process to its first step; reading the data set is not in it. */
  startSeconds: z.number(),
  /** Of the machine's processor time during the steps: what other processes had, 0 to 1. */
  othersShare: z.number(),
  /** The most memory that the process has held; images of the data set beyond those of a batch are not in it. */
  peakRssBytes: z.int(),
  /** The two files of tensors of a checkpoint. */
  weightsBytes: z.int(),
  optimizerBytes: z.int(),
  /** What the gradient transform reports, as a checkpoint holds it. */
  reports: z.record(z.string(), z.number()),
  /** How metrics.csv and gradients.csv grow with the epochs, and steps.csv with its rows. */
  rowBytes: z.strictObject({ epochs: z.array(rowBytesSchema), steps: rowBytesSchema }),
});

export type RunMeasurement = z.output<typeof runMeasurementSchema>;

const STEPS: Bounds = { warmup: 2, most: 8, milliseconds: 2000 };
const EVALUATIONS: Bounds = { warmup: 1, most: 3, milliseconds: 500 };

/** Small enough that no optimizer diverges within a few steps; what a step takes does not depend on it. */
const LEARNING_RATE = 1e-4;

/** Makes the first steps of a run, an evaluation and what a checkpoint holds, on made-up images, and says what they take. */
export async function measureRun(
  engine: Engine,
  config: RunConfig,
  methods: Methods,
): Promise<RunMeasurement> {
  const { batchSize, dataset, regularization, loss } = config;
  const data = madeUpDataset(config);
  const stepper = new Stepper(engine, data, {
    ...{ methods, batchSize, learningRate: LEARNING_RATE },
    batches: { augmentation: dataset.augmentation, regularization, ...loss },
  });
  try {
    const startSeconds = performance.now() / 1000;
    const load = new LoadWatch();
    const { milliseconds, last } = await repeat(() => stepper.step(), STEPS);
    const othersShare = load.othersShare();
    const evaluations = await repeat(() => stepper.evaluate(config.evalBatchSize), EVALUATIONS);
    const { weights, optimizer } = await stepper.snapshot();
    return {
      backend: engine.info.backend,
      steps: milliseconds.length,
      stepMilliseconds: spreadOf(milliseconds),
      evaluationMilliseconds: medianOf(evaluations.milliseconds) / data.test.count,
      ...{ startSeconds, othersShare },
      weightsBytes: tensorBytes(weights).length,
      optimizerBytes: tensorBytes(optimizer).length,
      reports: last.reports,
      rowBytes: rowBytesOf(sampleRows(last, config, stepper.reports), stepper.reports),
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    stepper.dispose();
  }
}

/** Images of the size that the data set has: a training batch of them, and a batch to be evaluated. */
function madeUpDataset(config: RunConfig): Dataset {
  const { image, classes, test } = taskOf(config);
  const each = new Array<number>(image.channels).fill(0.5);
  const split = (count: number): Split => ({
    count,
    images: new Uint8Array(count * valuesOf(image)).map((_, index) => (index * 31) % 251),
    labels: Uint16Array.from({ length: count }, (_, index) => index % classes),
  });
  return {
    ...{ name: 'made up', normalization: { mean: each, std: each }, image, classes, checksums: {} },
    train: split(config.batchSize),
    test: split(Math.min(config.evalBatchSize, test.count)),
  };
}

/** Rows as the run will write them, as far as their length goes. */
function sampleRows(
  report: StepReport,
  { batchSize, optimizer: { learningRate }, dataset }: RunConfig,
  reports: Stepper['reports'],
): SampleRows {
  const progress = afterStep({ ...untrained, epoch: 99, step: 9999 }, report, 10);
  const evaluation = { loss: report.loss, accuracy: report.accuracy };
  const metrics = epochMetrics({
    ...{ progress, evaluation, learningRate, batchSize, reports },
    validation: dataset.validation === undefined ? undefined : evaluation,
    ...{ evaluationSeconds: 1, othersShare: 0.001 },
  });
  const gradGlobalStd = report.layers.at(-1)?.gradStd ?? NaN;
  const step = { ...report, type: 'step' as const, epoch: metrics.epoch, step: metrics.step };
  return { metrics, layers: meanStatistics(progress), step: { ...step, learningRate, gradGlobalStd } };
}
