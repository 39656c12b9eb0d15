import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { UserError, type ErrorCode } from '../../src/errors.js';
import type { TrainListener } from '../../src/record/listener.js';
import type { EpochMetrics, LayerStatistics, TrainEvent } from '../../src/train/events.js';
import type { RecordedFile } from '../../src/train/recorded-file.js';

/** A folder that is removed when the running test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gan-bench-record-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The UserError that a promise is rejected with. */
export async function userErrorOf(promise: Promise<unknown>, code: ErrorCode): Promise<UserError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error(`expected a UserError, got ${String(error)}`);
  expect(error.code).toBe(code);
  return error;
}

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
    autoscaleAlpha: 0.42693,
    autoscaleExponent: 0.14887,
    epochSeconds: 12.34567,
    imagesPerSecond: 412.98765,
    ...changes,
  };
}

export function layerStatistics(layer: string, gradStd: number): LayerStatistics {
  return { layer, elements: 432, gradMean: -1.5e-7, gradStd, updateMean: 0, updateStd: 0.1 + 0.2 };
}

export function epochEvent(epoch: number, changes: Partial<EpochMetrics> = {}): TrainEvent {
  const layers = [layerStatistics('stem.kernel', 1 / 3), layerStatistics('global', 2 / 3)];
  return { type: 'epoch', metrics: epochMetrics(epoch, changes), layers };
}

export function stepEvent(step: number, epoch = Math.ceil(step / 10)): TrainEvent {
  return {
    type: 'step',
    epoch,
    step,
    loss: 4 + 1 / step,
    accuracy: 0.25,
    learningRate: 1e-3,
    gradGlobalStd: 1 / (3 * step),
    autoscaleAlpha: undefined,
  };
}

/** A run of three epochs of ten steps begins, or goes on from a checkpoint. */
export function runStarted(resumedFrom?: {
  epoch: number;
  step: number;
  records?: readonly RecordedFile[];
}): TrainEvent {
  return {
    ...{ type: 'run-started', seed: 42, epochs: 3, stepsPerEpoch: 10, totalSteps: 30 },
    resumedFrom: resumedFrom && { records: [], ...resumedFrom },
  };
}

/** Tells a listener of some events, one after another. */
export async function tell(listener: TrainListener, events: readonly TrainEvent[]): Promise<void> {
  for (const event of events) await listener.on(event);
}

/** The text of a file in a folder. */
export function read(folder: string, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}
