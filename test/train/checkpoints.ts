import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { onTestFinished } from 'vitest';

import { saveCheckpoint, type Checkpoint } from '../../src/train/checkpoint.js';

/** A folder for checkpoints that is removed when the running test ends. */
export async function checkpointsFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-checkpoint-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A small checkpoint in the first epoch. */
export function snapshotAt(step: number): Checkpoint {
  const statistics = { gradMean: 1 / 3, gradStd: 2, updateMean: -1.5e-9, updateStd: 1e-30 };
  return {
    progress: {
      epoch: 0,
      step,
      stepInEpoch: step,
      reports: { autoscale_exponent: 0.1 },
      sums: {
        loss: 0.1 + 0.2,
        accuracy: 1,
        reports: { autoscale_alpha: 0.5 },
        trainSeconds: 2.5,
        layers: [{ layer: 'global', elements: 4, ...statistics }],
      },
    },
    seed: 42,
    backend: 'wasm',
    weights: new Map([['stem.conv.kernel', { shape: [1, 1, 2, 2], data: Float32Array.of(1, 2, 3, step) }]]),
    optimizer: new Map([['transform.exponent', { shape: [], data: Float32Array.of(0.1) }]]),
    records: [{ file: 'metrics.csv', bytes: 120, sha256: 'a'.repeat(64) }],
  };
}

/** Saves a checkpoint of each step; returns the folder of the last. */
export async function save(folder: string, ...steps: readonly number[]): Promise<string> {
  let directory = '';
  for (const step of steps) directory = await saveCheckpoint(folder, snapshotAt(step));
  return directory;
}

export const nameOf = (step: number): string => `step-${String(step).padStart(8, '0')}`;

/** Changes keys of a state.json and leaves its checksum as it is. */
export async function changeState(file: string, changes: object): Promise<void> {
  const state: unknown = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...Object(state), ...changes }));
}
