import { execFileSync } from 'node:child_process';
import { readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { type Checkpoint, loadCheckpoint, saveCheckpoint } from '../../src/train/checkpoint.js';
import { changeState, checkpointsFolder, nameOf, save, snapshotAt } from './checkpoints.js';

let folder: string;
beforeEach(async () => {
  folder = await checkpointsFolder();
});

describe('a torn checkpoint is refused, with the file named', () => {
  it.each<[string, string, (file: string) => Promise<void>]>([
    ['cut weights', 'weights.safetensors', (file) => truncate(file, 50)],
    ['missing weights', 'weights.safetensors', (file) => rm(file)],
    ['an empty optimizer state', 'optimizer.safetensors', (file) => writeFile(file, '')],
    ['a changed bit', 'optimizer.safetensors', changeLastByte],
    ['a cut state', 'state.json', (file) => truncate(file, 50)],
    ['a missing state', 'state.json', (file) => rm(file)],
    ['a changed number in the state', 'state.json', (file) => changeState(file, { seed: 43 })],
    ['a state without its checksum', 'state.json', (file) => changeState(file, { sha256: undefined })],
    ['a pipe in place of the state', 'state.json', putPipe],
    ['a device in place of the weights', 'weights.safetensors', putDevice],
    ['weights that are too large', 'weights.safetensors', (file) => truncate(file, 2 ** 40)],
    ['a state that is no object', 'state.json', (file) => writeFile(file, '[]')],
  ])('%s', async (_, name, damage) => {
    const directory = await save(folder, 3);
    await damage(path.join(directory, name));
    await expect(loadCheckpoint(directory)).rejects.toMatchObject({ code: 'checkpoint' });
    await expect(loadCheckpoint(directory)).rejects.toThrow(path.join(directory, name));
  });
});

async function putPipe(file: string): Promise<void> {
  await rm(file);
  execFileSync('mkfifo', [file]);
}

async function putDevice(file: string): Promise<void> {
  await rm(file);
  await symlink('/dev/zero', file);
}

async function changeLastByte(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  await writeFile(file, bytes);
}

it('a checkpoint whose best epoch is not completed is refused', async () => {
  const best = { epoch: 1, step: 3, validationAccuracy: 0.5, testAccuracy: 0.5 };
  const { progress, ...rest } = snapshotAt(3);
  const directory = await saveCheckpoint(folder, { ...rest, progress: { ...progress, best } });
  await expect(loadCheckpoint(directory)).rejects.toThrow('best is not among the completed epochs');
});

describe('a checkpoint that contradicts itself is refused', () => {
  it.each([
    ['epochs without steps', { epoch: 2, step: 3, stepInEpoch: 2 }],
    ['more steps in the epoch than in all', { epoch: 0, step: 3, stepInEpoch: 4 }],
    ['steps that no epoch had', { epoch: 0, step: 3, stepInEpoch: 2 }],
  ])('%s', async (_, changes) => {
    const { progress, ...rest } = snapshotAt(3);
    const directory = await saveCheckpoint(folder, { ...rest, progress: { ...progress, ...changes } });
    await expect(loadCheckpoint(directory)).rejects.toThrow('step, epoch and stepInEpoch do not agree');
  });

  it.each<[string, Partial<Checkpoint>]>([
    ['a seed below 0', { seed: -1 }],
    ['a record outside of the folder', { records: [{ file: '../a.csv', bytes: 1, sha256: 'a'.repeat(64) }] }],
    ['a record of less than nothing', { records: [{ file: 'a.csv', bytes: -1, sha256: 'a'.repeat(64) }] }],
    ['a record without a checksum', { records: [{ file: 'a.csv', bytes: 1, sha256: '' }] }],
  ])('%s', async (_, changes) => {
    const directory = await saveCheckpoint(folder, { ...snapshotAt(3), ...changes });
    await expect(loadCheckpoint(directory)).rejects.toThrow('state.json is not the state of a checkpoint');
  });

  it('but not one in which every epoch had a single step', async () => {
    const { progress, ...rest } = snapshotAt(3);
    const single = { ...rest, progress: { ...progress, epoch: 2, stepInEpoch: 1 } };
    expect(await loadCheckpoint(await saveCheckpoint(folder, single))).toEqual(single);
  });

  it('a folder that is named for another step', async () => {
    const other = path.join(folder, nameOf(4));
    await rename(await save(folder, 3), other);
    await expect(loadCheckpoint(other)).rejects.toThrow(
      'state.json is of step 3, which is not the step that',
    );
  });

  it.each([NaN, Infinity])('a tensor with %f in it', async (value) => {
    const weights = new Map([['stem.conv.kernel', { shape: [2], data: Float32Array.of(1, value) }]]);
    const directory = await saveCheckpoint(folder, { ...snapshotAt(3), weights });
    await expect(loadCheckpoint(directory)).rejects.toThrow(
      'weights.safetensors holds numbers in tensor stem.conv.kernel that are not finite',
    );
  });
});
