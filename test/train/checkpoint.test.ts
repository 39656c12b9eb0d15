import { mkdir, readdir, rename, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { UserError } from '../../src/errors.js';
import { latestCheckpoint, loadCheckpoint, saveCheckpoint } from '../../src/train/checkpoint.js';
import { pruneCheckpoints } from '../../src/train/checkpoint-folder.js';
import { changeState, checkpointsFolder, nameOf, save, snapshotAt } from './checkpoints.js';

let folder: string;
beforeEach(async () => {
  folder = await checkpointsFolder();
});

describe('a checkpoint', () => {
  it('gives back exactly the state that was saved', async () => {
    const directory = await save(folder, 3);
    expect(directory).toBe(path.join(folder, 'step-00000003'));
    expect(await loadCheckpoint(directory)).toEqual(snapshotAt(3));
  });

  it('consists of two safetensors files and a JSON state, and nothing half-written is beside it', async () => {
    const directory = await save(folder, 3);
    expect(await readdir(folder)).toEqual(['step-00000003']);
    const files = ['optimizer.safetensors', 'state.json', 'weights.safetensors'];
    expect((await readdir(directory)).sort()).toEqual(files);
  });

  it('takes the place of one of the same step, and of what a killed process left', async () => {
    await mkdir(path.join(folder, '.unfinished-step-00000003'), { recursive: true });
    await writeFile(path.join(folder, '.unfinished-step-00000003', 'weights.safetensors'), 'half');
    await save(folder, 3);
    const changed = { ...snapshotAt(3), seed: 43 };
    expect(await loadCheckpoint(await saveCheckpoint(folder, changed))).toEqual(changed);
    expect(await readdir(folder)).toEqual(['step-00000003']);
  });

  it('that gives way to another of the same step is found until that one is in place', async () => {
    // What a kill leaves between the two renames: the old one under its other name, the new one unfinished.
    const old = `${await save(folder, 3)}.replaced`;
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

describe('the latest checkpoint', () => {
  it('is none in a folder that is empty or not there', async () => {
    const none = { snapshot: undefined, skipped: [] };
    expect(await latestCheckpoint(folder)).toEqual(none);
    expect(await latestCheckpoint(path.join(folder, 'nowhere'))).toEqual(none);
  });

  it('is that of the largest step, by number', async () => {
    await save(folder, 99_999_999, 100_000_000, 5);
    const { snapshot, skipped } = await latestCheckpoint(folder);
    expect(snapshot?.progress.step).toBe(100_000_000);
    expect(skipped).toEqual([]);
  });

  it('is never one that was not finished, nor another thing in the folder', async () => {
    await save(folder, 3);
    await mkdir(path.join(folder, '.unfinished-step-00000009'));
    await mkdir(path.join(folder, 'step-00000010-copy'));
    await writeFile(path.join(folder, 'step-9'), '');
    const { snapshot, skipped } = await latestCheckpoint(folder);
    expect(snapshot?.progress.step).toBe(3);
    expect(skipped).toEqual([]);
  });

  it('is the newest whole one, and the torn ones are told of', async () => {
    await save(folder, 3, 6, 9);
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

describe('a checkpoint that is whole and cannot be used', () => {
  it('of another format says so', async () => {
    await changeState(path.join(await save(folder, 3), 'state.json'), { format: 1 });
    const { snapshot, skipped } = await latestCheckpoint(folder);
    expect(snapshot).toBeUndefined();
    expect(skipped).toMatchObject([{ isWhole: true }]);
    expect(skipped[0]?.reason).toContain('is of format 1, and this version of gan-bench reads format 3');
  });

  it('since it does not fit what lies beside it is passed over for an older one', async () => {
    await save(folder, 3, 6, 9);
    await truncate(path.join(folder, nameOf(9), 'weights.safetensors'), 9);
    const { snapshot, skipped } = await latestCheckpoint(folder, ({ progress }) => {
      if (progress.step > 3) throw new Error('the rows are gone');
    });
    expect(snapshot).toEqual(snapshotAt(3));
    expect(skipped).toMatchObject([{ isWhole: false }, { isWhole: true, reason: 'the rows are gone' }]);
  });
});

describe('pruning after a checkpoint', () => {
  const prune = async (step: number, keep: number, initial = false): Promise<string[]> => {
    await pruneCheckpoints(folder, { step, keep, keepInitial: initial });
    return (await readdir(folder)).sort();
  };

  it('keeps the newest ones', async () => {
    await save(folder, 1, 2, 3);
    expect(await prune(3, 2)).toEqual([nameOf(2), nameOf(3)]);
  });

  it('keeps none when told so', async () => {
    await save(folder, 0, 1, 2);
    expect(await prune(2, 0)).toEqual([]);
  });

  it('keeps all when they are few', async () => {
    await save(folder, 1, 2);
    expect(await prune(2, 5)).toEqual([nameOf(1), nameOf(2)]);
  });

  it('keeps the untrained state beside them when asked to', async () => {
    await save(folder, 0, 1, 2, 3);
    expect(await prune(3, 1, true)).toEqual([nameOf(0), nameOf(3)]);
    expect(await prune(3, 1, false)).toEqual([nameOf(3)]);
  });

  it('removes what killed processes left unfinished', async () => {
    await save(folder, 3);
    await mkdir(path.join(folder, '.unfinished-step-00000002'));
    expect(await prune(3, 1)).toEqual([nameOf(3)]);
  });

  it('never removes the one just saved for a torn one that was passed over', async () => {
    await save(folder, 3, 9);
    expect(await prune(3, 1)).toEqual([nameOf(3)]);
  });
});
