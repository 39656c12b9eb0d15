import { z } from 'zod';

import { bestEpochSchema, betterEpoch } from './best-epoch.js';
import type { BestEpoch } from './best-epoch.js';
import type { LayerStatistics } from './statistics.js';
import type { StepReport, TrainTensors } from './step.js';

const statisticsSchema = z.strictObject({
  layer: z.string(),
  elements: z.int().min(1),
  gradMean: z.number(),
  gradStd: z.number(),
  updateMean: z.number(),
  updateStd: z.number(),
});

/** Numbers that the gradient transform reports, by name. */
const reportsSchema = z.record(z.string(), z.number());

/** Sums over the steps of the running epoch. */
const sumsSchema = z.strictObject({
  loss: z.number(),
  accuracy: z.number(),
  reports: reportsSchema,
  /** Wall-clock seconds of training, evaluation not counted. */
  trainSeconds: z.number().min(0),
  /** Sums of the per-step statistics; empty before the first step. */
  layers: z.array(statisticsSchema),
});

/** How far a run is: everything but the tensors that a resume needs. */
export const progressSchema = z.strictObject({
  /** Completed epochs. */
  epoch: z.int().min(0),
  /** Optimizer steps of the whole run. */
  step: z.int().min(0),
  /** Steps of the running epoch. */
  stepInEpoch: z.int().min(0),
  /** What the gradient transform reported of the last step. */
  reports: reportsSchema,
  sums: sumsSchema,
  /** Of the completed epochs; absent before the first and where nothing is held out, as in checkpoints of older versions. */
  best: bestEpochSchema.optional(),
});

export type Progress = z.output<typeof progressSchema>;

/** All that a run consists of at one moment; saved and restored as a whole. */
export interface TrainState {
  readonly progress: Progress;
  readonly tensors: TrainTensors;
}

const NOTHING: Progress['sums'] = { loss: 0, accuracy: 0, reports: {}, trainSeconds: 0, layers: [] };

/** Before the first step. */
export const untrained: Progress = { epoch: 0, step: 0, stepInEpoch: 0, reports: {}, sums: NOTHING };

/** After one more step. */
export function afterStep(progress: Progress, report: StepReport, seconds: number): Progress {
  const { sums } = progress;
  return {
    ...progress,
    step: progress.step + 1,
    stepInEpoch: progress.stepInEpoch + 1,
    reports: report.reports,
    sums: {
      loss: sums.loss + report.loss,
      accuracy: sums.accuracy + report.accuracy,
      reports: addReports(report.reports, sums.reports),
      trainSeconds: sums.trainSeconds + seconds,
      layers: report.layers.map((layer, index) => add(layer, sums.layers[index])),
    },
  };
}

/**
 * After the epoch has been evaluated.
 *
 * @param accuracies of that epoch; undefined where nothing is held out
 */
export function afterEpoch(
  progress: Progress,
  accuracies?: Pick<BestEpoch, 'validationAccuracy' | 'testAccuracy'>,
): Progress {
  const next = { ...progress, epoch: progress.epoch + 1, stepInEpoch: 0, sums: NOTHING };
  if (accuracies === undefined) return next;
  const { epoch, step } = next;
  return { ...next, best: betterEpoch(progress.best, { epoch, step, ...accuracies }) };
}

/** The epoch's mean of the per-step statistics. */
export function meanStatistics({ sums, stepInEpoch }: Progress): LayerStatistics[] {
  return sums.layers.map((sum) => ({
    layer: sum.layer,
    elements: sum.elements,
    gradMean: sum.gradMean / stepInEpoch,
    gradStd: sum.gradStd / stepInEpoch,
    updateMean: sum.updateMean / stepInEpoch,
    updateStd: sum.updateStd / stepInEpoch,
  }));
}

function addReports(reports: StepReport['reports'], sums: StepReport['reports']): Record<string, number> {
  return Object.fromEntries(
    Object.entries(reports).map(([name, value]) => [name, (sums[name] ?? 0) + value]),
  );
}

function add(layer: LayerStatistics, sum: LayerStatistics | undefined): LayerStatistics {
  if (sum === undefined) return layer;
  return {
    layer: layer.layer,
    elements: layer.elements,
    gradMean: sum.gradMean + layer.gradMean,
    gradStd: sum.gradStd + layer.gradStd,
    updateMean: sum.updateMean + layer.updateMean,
    updateStd: sum.updateStd + layer.updateStd,
  };
}
