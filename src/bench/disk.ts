import type { RunConfig } from '../config/schema.js';
import { OPTIMIZER, sha256Of, stateText, WEIGHTS } from '../train/checkpoint-state.js';
import { untrained } from '../train/state.js';
import type { RunMeasurement } from './run-measurement.js';
import { lengthOf } from './task.js';

/** Bytes that a run takes on the disk. */
export interface DiskBytes {
  /** One checkpoint. */
  readonly checkpoint: number;
  /** The checkpoints that stay; while another is saved there is one more. */
  readonly checkpoints: number;
  readonly csv: number;
}

type Measured = Pick<RunMeasurement, 'backend' | 'weightsBytes' | 'optimizerBytes' | 'reports' | 'rowBytes'>;

/** What a whole run leaves. Files of tensors are exact; the others are as long as they are, give or take some digits. */
export function diskBytesOf(config: RunConfig, measured: Measured): DiskBytes {
  const { initial } = config.checkpoint;
  const csvFiles = csvFilesOf(config, measured);
  const state = Buffer.byteLength(stateTextOf(config, measured, csvFiles));
  const checkpoint = measured.weightsBytes + measured.optimizerBytes + state;
  return {
    checkpoint,
    checkpoints: (keptOf(config) + (initial ? 1 : 0)) * checkpoint,
    csv: csvFiles.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** How many checkpoints of epochs stay. Which epoch is the best is not known: any may be saved, and one stay beside the newest. */
function keptOf(config: RunConfig): number {
  const { everyEpochs, keep, best } = config.checkpoint;
  const { epochs } = lengthOf(config);
  if (best !== undefined) return Math.min(epochs, keep + 1);
  return Math.min(Math.ceil(epochs / everyEpochs), keep);
}

interface CsvBytes {
  readonly file: string;
  readonly bytes: number;
}

function csvFilesOf(config: RunConfig, { rowBytes }: Measured): CsvBytes[] {
  const { epochs, totalSteps } = lengthOf(config);
  const { everySteps } = config.log;
  const rows = everySteps === 0 ? undefined : Math.floor(totalSteps / everySteps);
  return [
    ...rowBytes.epochs.map((growth) => ({ ...growth, times: epochs })),
    ...(rows === undefined ? [] : [{ ...rowBytes.steps, times: rows }]),
  ].map(({ file, header, added, times }) => ({ file, bytes: header + times * added }));
}

/** state.json at the end of the run. */
function stateTextOf(
  config: RunConfig,
  { backend, weightsBytes, optimizerBytes, reports }: Measured,
  csvFiles: readonly CsvBytes[],
): string {
  const sha256 = sha256Of('');
  const { epochs, totalSteps } = lengthOf(config);
  return stateText({
    ...{ seed: config.seeds[0] ?? 0, backend },
    progress: { ...untrained, epoch: epochs, step: totalSteps, reports },
    files: {
      [WEIGHTS]: { bytes: weightsBytes, sha256 },
      [OPTIMIZER]: { bytes: optimizerBytes, sha256 },
    },
    records: csvFiles.map((file) => ({ ...file, sha256 })),
  });
}
