import { readdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockRunDirectory } from '../../src/record/lock.js';
import { prunableRuns, pruneRun } from '../../src/record/prune.js';
import { listRuns } from '../../src/record/runs.js';
import { temporaryFolder, userErrorOf } from './helpers.js';
import { ends, makeCheckpoints, makeRun } from './run-folders.js';

describe('pruneRun', () => {
  const checkpoints = (directory: string): Promise<string[]> => readdir(join(directory, 'checkpoints'));

  it('removes all but the newest of a finished run, and nothing beside checkpoints', async () => {
    const folder = await temporaryFolder();
    const directory = await makeRun(folder, 1, { accuracies: [0.5], end: ends.finished });
    await makeCheckpoints(directory, { 0: 100, 10: 20, 20: 3 });
    const before = await readdir(directory);
    const tables = await readFile(join(directory, 'metrics.csv'));
    const { runs } = await listRuns(folder);
    expect(runs[0]?.checkpointBytes).toBe(123);
    const expected = { directory, checkpoints: ['step-00000000', 'step-00000010'], bytes: 120 };
    expect(await prunableRuns(runs, 1)).toEqual([expected]);
    expect(await pruneRun(directory, 1)).toEqual(expected);
    expect(await checkpoints(directory)).toEqual(['step-00000020']);
    expect(await prunableRuns(runs, 1)).toEqual([]);
    expect(await pruneRun(directory, 0)).toMatchObject({ checkpoints: ['step-00000020'], bytes: 3 });
    expect(await checkpoints(directory)).toEqual([]);
    expect(await readdir(directory)).toEqual(before);
    expect(await readFile(join(directory, 'metrics.csv'))).toEqual(tables);
    expect((await listRuns(folder)).runs).toMatchObject([{ outcome: 'finished', checkpointBytes: 0 }]);
  });

  it('touches no run that is not finished, or that somebody holds', async () => {
    const folder = await temporaryFolder();
    const interrupted = await makeRun(folder, 1, { end: ends.interrupted });
    const held = await makeRun(folder, 2, { accuracies: [0.5], end: ends.finished });
    for (const directory of [interrupted, held]) await makeCheckpoints(directory, { 10: 1 });
    const lock = await lockRunDirectory(held);
    expect(await prunableRuns((await listRuns(folder)).runs, 0)).toEqual([]);
    expect((await userErrorOf(pruneRun(held, 0), 'io')).message).toContain('in use by');
    await lock.release();
    expect((await userErrorOf(pruneRun(interrupted, 0), 'io')).message).toContain('is no longer finished');
    for (const directory of [interrupted, held]) {
      expect(await checkpoints(directory)).toEqual(['step-00000010']);
      expect((await readdir(directory)).filter((name) => name.startsWith('run.lock'))).toEqual([]);
    }
  });

  it('does not follow a link in place of the checkpoints', async () => {
    const folder = await temporaryFolder();
    const elsewhere = await temporaryFolder();
    await makeCheckpoints(elsewhere, { 10: 5 });
    const directory = await makeRun(folder, 1, { accuracies: [0.5], end: ends.finished });
    await rm(join(directory, 'checkpoints'), { recursive: true, force: true });
    await symlink(join(elsewhere, 'checkpoints'), join(directory, 'checkpoints'));
    expect((await listRuns(folder)).runs).toMatchObject([{ outcome: 'finished', checkpointBytes: 0 }]);
    expect(await pruneRun(directory, 0)).toMatchObject({ checkpoints: [], bytes: 0 });
    expect(await checkpoints(elsewhere)).toEqual(['step-00000010']);
  });
});
