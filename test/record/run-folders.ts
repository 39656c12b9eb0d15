import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareRunDirectory } from '../../src/record/directory.js';
import { toJsonText } from '../../src/record/files.js';
import { manifestRecorder } from '../../src/record/manifest.js';
import { csvRecorder } from '../../src/record/recorders.js';
import type { TrainEvent } from '../../src/train/events.js';
import { runConfig } from '../support/runs.js';
import { epochEvent, runStarted } from './helpers.js';

export const ends = {
  finished: { type: 'run-finished', epoch: 3, step: 30 },
  interrupted: { type: 'run-interrupted', epoch: 1, step: 10 },
  failed: { type: 'run-failed', epoch: 1, step: 10, error: new Error('the loss is NaN') },
} as const satisfies Record<string, TrainEvent>;

export interface MadeRun {
  /** Test accuracy of each completed epoch; each took 12.346 s and ten steps. */
  readonly accuracies?: readonly number[];
  /** Validation accuracy of each epoch; without them there are no validation images. */
  readonly validation?: readonly number[] | undefined;
  /** undefined: it ends without a word. */
  readonly end?: TrainEvent | undefined;
  readonly config?: unknown;
  readonly startedAt?: string;
}

/** A run folder as a run leaves it. @returns the folder */
export async function makeRun(
  folder: string,
  seed: number,
  {
    accuracies = [],
    validation,
    end,
    config = runConfig({ epochs: 3 }),
    startedAt = '2026-01-02T03:04:05.000Z',
  }: MadeRun = {},
): Promise<string> {
  const directory = join(folder, `seed-${seed}`);
  await prepareRunDirectory(directory, config, { resume: false });
  const csv = csvRecorder(directory, { everySteps: 0 });
  const facts = {
    seed,
    commandLine: [],
    program: { version: '0.1.0', gitCommit: null, gitDirty: null, node: 'v20', tfjs: '4' },
    engine: { backend: 'cpu', library: 'tfjs', devices: [] },
    machine: { platform: 'linux', release: '6', arch: 'x64', cpuModel: 'CPU', cpuCores: 1, memoryBytes: 1 },
    dataset: { name: 'cifar100-mini', checksums: {} },
  };
  const now = (): Date => new Date(startedAt);
  const manifest = manifestRecorder(directory, facts, { records: csv.records, now });
  for (const listener of [manifest, csv])
    await listener.on(runStarted(undefined, [], validation !== undefined));
  for (const [index, testAccuracy] of accuracies.entries()) {
    const validationAccuracy = validation?.[index];
    const ofValidation = validationAccuracy === undefined ? {} : { validationAccuracy, validationLoss: 2.5 };
    await csv.on(epochEvent(index + 1, { testAccuracy, ...ofValidation }));
  }
  if (end !== undefined) await manifest.on(end);
  return directory;
}

/** Puts files of these sizes in place of checkpoints, named for the step. */
export async function makeCheckpoints(directory: string, sizes: Readonly<Record<number, number>>) {
  for (const [step, bytes] of Object.entries(sizes)) {
    const checkpoint = join(directory, 'checkpoints', `step-${step.padStart(8, '0')}`);
    await mkdir(checkpoint, { recursive: true });
    await writeFile(join(checkpoint, 'weights.safetensors'), new Uint8Array(bytes));
  }
}

/** The text of a lock whose holder is on a machine that is not this one. */
export function lockElsewhere(): string {
  const owner = { host: 'elsewhere', pid: 7, processStart: null, lockedAt: '2026-01-02T03:04:05Z' };
  return toJsonText({ ...owner, token: 'token' });
}
