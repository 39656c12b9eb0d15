import { mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { UserError } from '../../src/errors.js';
import {
  latestCheckpoint,
  loadCheckpoint,
  pruneCheckpoints,
  saveCheckpoint,
  type Snapshot,
} from '../../src/train/checkpoint.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-checkpoint-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

function snapshotAt(step: number): Snapshot {
  const statistics = { gradMean: 1 / 3, gradStd: 2, updateMean: -1.5e-9, updateStd: 1e-30 };
  return {
    progress: {
      epoch: 1,
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
  };
}

async function save(...steps: readonly number[]): Promise<string> {
  let directory = '';
  for (const step of steps) directory = await saveCheckpoint(folder, snapshotAt(step));
  return directory;
}

const nameOf = (step: number): string => `step-${String(step).padStart(8, '0')}`;

describe('a checkpoint', () => {
  it('gives back exactly the state that was saved', async () => {
    const directory = await save(3);
    expect(directory).toBe(path.join(folder, 'step-00000003'));
    expect(await loadCheckpoint(directory)).toEqual(snapshotAt(3));
  });

  it('consists of two safetensors files and a JSON state, and nothing half-written is beside it', async () => {
    const directory = await save(3);
    expect(await readdir(folder)).toEqual(['step-00000003']);
    const files = ['optimizer.safetensors', 'state.json', 'weights.safetensors'];
    expect((await readdir(directory)).sort()).toEqual(files);
  });

  it('takes the place of one of the same step, and of what a killed process left', async () => {
    await mkdir(path.join(folder, '.unfinished-step-00000003'), { recursive: true });
    await writeFile(path.join(folder, '.unfinished-step-00000003', 'weights.safetensors'), 'half');
    await save(3);
    const changed = { ...snapshotAt(3), seed: 43 };
    expect(await loadCheckpoint(await saveCheckpoint(folder, changed))).toEqual(changed);
    expect(await readdir(folder)).toEqual(['step-00000003']);
  });

  it('that gives way to another of the same step is found until that one is in place', async () => {
    // What a kill leaves between the two renames: the old one under its other name, the new one unfinished.
    const old = `${await save(3)}.replaced`;
    await rename(path.join(folder, 'step-00000003'), old);
    await mkdir(path.join(folder, '.unfinished-step-00000003'));
    expect((await latestCheckpoint(folder)).snapshot).toEqual(snapshotAt(3));
    const changed = { ...snapshotAt(3), seed: 43 };
    await saveCheckpoint(folder, changed);
    expect((await latestCheckpoint(folder)).snapshot).toEqual(changed);
    expect(await readdir(folder)).toEqual(['step-00000003']);
  });

  it('that cannot be written is an io error that says how to go on', async () => {
    const file = path.join(folder, 'a file');
    await writeFile(file, '');
    const error: unknown = await saveCheckpoint(file, snapshotAt(3)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: 'io', exitCode: 1 });
    expect(String(error)).toContain(path.join(file, 'step-00000003'));
    expect(String(error)).toContain('--resume');
  });
});

describe('a torn checkpoint is refused, with the file named', () => {
  it.each<[string, string, (file: string) => Promise<void>]>([
    ['cut weights', 'weights.safetensors', (file) => truncate(file, 50)],
    ['missing weights', 'weights.safetensors', (file) => rm(file)],
    ['an empty optimizer state', 'optimizer.safetensors', (file) => writeFile(file, '')],
    ['a changed bit', 'optimizer.safetensors', changeLastByte],
    ['a cut state', 'state.json', (file) => truncate(file, 50)],
    ['a missing state', 'state.json', (file) => rm(file)],
    ['a state of another format', 'state.json', (file) => changeState(file, { format: 1 })],
    ['a negative step', 'state.json', (file) => changeState(file, { progress: { step: -1 } })],
    ['a state that is no object', 'state.json', (file) => writeFile(file, '[]')],
  ])('%s', async (_, name, damage) => {
    const directory = await save(3);
    await damage(path.join(directory, name));
    await expect(loadCheckpoint(directory)).rejects.toMatchObject({ code: 'checkpoint' });
    await expect(loadCheckpoint(directory)).rejects.toThrow(path.join(directory, name));
  });
});

async function changeLastByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  await writeFile(file, bytes);
}

async function changeState(file: string, changes: object): Promise<void> {
  const state: unknown = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...Object(state), ...changes }));
}

describe('the latest checkpoint', () => {
  it('is none in a folder that is empty or not there', async () => {
    const none = { snapshot: undefined, skipped: [] };
    expect(await latestCheckpoint(folder)).toEqual(none);
    expect(await latestCheckpoint(path.join(folder, 'nowhere'))).toEqual(none);
  });

  it('is that of the largest step, by number', async () => {
    await save(99_999_999, 100_000_000, 5);
    const { snapshot, skipped } = await latestCheckpoint(folder);
    expect(snapshot?.progress.step).toBe(100_000_000);
    expect(skipped).toEqual([]);
  });

  it('is never one that was not finished, nor another thing in the folder', async () => {
    await save(3);
    await mkdir(path.join(folder, '.unfinished-step-00000009'));
    await mkdir(path.join(folder, 'step-00000010-copy'));
    await writeFile(path.join(folder, 'step-9'), '');
    const { snapshot, skipped } = await latestCheckpoint(folder);
    expect(snapshot?.progress.step).toBe(3);
    expect(skipped).toEqual([]);
  });

  it('is the newest whole one, and the torn ones are told of', async () => {
    await save(3, 6, 9);
    await truncate(path.join(folder, nameOf(9), 'weights.safetensors'), 9);
    await writeFile(path.join(folder, nameOf(6), 'state.json'), 'garbage');
    const { snapshot, skipped } = await latestCheckpoint(folder);
    expect(snapshot).toEqual(snapshotAt(3));
    expect(skipped.map(({ directory }) => path.basename(directory))).toEqual([nameOf(9), nameOf(6)]);
    expect(skipped.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('weights.safetensors is torn'),
      expect.stringContaining('state.json is not the state of a checkpoint'),
    ]);
  });
});

describe('pruning after a checkpoint', () => {
  const prune = async (step: number, keep: number, initial = false): Promise<string[]> => {
    await pruneCheckpoints(folder, { step, keep, keepInitial: initial });
    return (await readdir(folder)).sort();
  };

  it('keeps the newest ones', async () => {
    await save(1, 2, 3);
    expect(await prune(3, 2)).toEqual([nameOf(2), nameOf(3)]);
  });

  it('keeps all when they are few', async () => {
    await save(1, 2);
    expect(await prune(2, 5)).toEqual([nameOf(1), nameOf(2)]);
  });

  it('keeps the untrained state beside them when asked to', async () => {
    await save(0, 1, 2, 3);
    expect(await prune(3, 1, true)).toEqual([nameOf(0), nameOf(3)]);
    expect(await prune(3, 1, false)).toEqual([nameOf(3)]);
  });

  it('removes what killed processes left unfinished', async () => {
    await save(3);
    await mkdir(path.join(folder, '.unfinished-step-00000002'));
    expect(await prune(3, 1)).toEqual([nameOf(3)]);
  });

  it('never removes the one just saved for a torn one that was passed over', async () => {
    await save(3, 9);
    expect(await prune(3, 1)).toEqual([nameOf(3)]);
  });
});
