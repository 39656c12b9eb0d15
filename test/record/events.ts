import type { RecordedFile } from '../../src/train/recorded-file.js';
import type { EpochMetrics, LayerStatistics, ReportSpec, TrainEvent } from '../../src/train/events.js';

export function epochMetrics(epoch: number, changes: Partial<EpochMetrics> = {}): EpochMetrics {
  return {
    epoch,
    step: 10 * epoch,
    learningRate: 6e-4,
    trainLoss: 3.4125,
    trainAccuracy: 0.182,
    testLoss: 3.25,
    testAccuracy: 0.201,
    gradGlobalStd: 3.3e-3,
    updateGlobalStd: 1.4e-3,
    reports: { autoscale_alpha: 0.42693, autoscale_exponent: 0.14887, autoscale_sigma: 3.25e-3 },
    epochSeconds: 12.34567,
    imagesPerSecond: 412.98765,
    trainSeconds: 11.11111,
    evaluationSeconds: 1.23456,
    othersShare: 0.06789,
    ...changes,
  };
}

function layerStatistics(layer: string, gradStd: number): LayerStatistics {
  return { layer, elements: 432, gradMean: -1.5e-7, gradStd, updateMean: 0, updateStd: 0.1 + 0.2 };
}

export function epochEvent(epoch: number, changes: Partial<EpochMetrics> = {}): TrainEvent {
  const layers = [layerStatistics('stem.kernel', 1 / 3), layerStatistics('global', 2 / 3)];
  return { type: 'epoch', metrics: epochMetrics(epoch, changes), layers };
}

export function stepEvent(
  step: number,
  epoch = Math.ceil(step / 10),
  reports: Readonly<Record<string, number>> = {},
): TrainEvent {
  return {
    type: 'step',
    epoch,
    step,
    loss: 4 + 1 / step,
    accuracy: 0.25,
    learningRate: 1e-3,
    gradGlobalStd: 1 / (3 * step),
    reports,
  };
}

/** A run of three epochs of ten steps begins, or goes on from a checkpoint. */
export function runStarted(
  resumedFrom?: { epoch: number; step: number; records?: readonly RecordedFile[] },
  reports: readonly ReportSpec[] = [],
  hasValidation = false,
): TrainEvent {
  const length = { epochs: 3, stepsPerEpoch: 10, totalSteps: 30, hasValidation };
  const from = resumedFrom && { records: [], ...resumedFrom };
  return { type: 'run-started', seed: 42, ...length, resumedFrom: from, reports };
}
