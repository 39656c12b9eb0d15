import { createHash } from 'node:crypto';
import { appendFile, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockRunDirectory } from '../../src/record/lock.js';
import { manifestRecorder, readManifest } from '../../src/record/manifest.js';
import { csvRecorder } from '../../src/record/recorders.js';
import type { RunState } from '../../src/record/run-state.js';
import { DEEPEST, listRuns } from '../../src/record/runs.js';
import type { RecordedFile } from '../../src/train/recorded-file.js';
import { runConfig } from '../support/runs.js';
import { epochEvent, REFERENCE, runStarted, temporaryFolder, userErrorOf } from './helpers.js';
import { ends, lockElsewhere, makeRun } from './run-folders.js';

/** The one run below a folder. */
async function only(folder: string): Promise<RunState> {
  const { runs, passedOver } = await listRuns(folder);
  expect(passedOver).toEqual([]);
  expect(runs).toHaveLength(1);
  const [run] = runs;
  if (run === undefined) throw new Error('no run');
  return run;
}

/** What a checkpoint says of a file as it is now. */
async function recorded(directory: string, file: string): Promise<RecordedFile> {
  const content = await readFile(join(directory, file));
  return { file, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

describe('the state of a run', () => {
  it.each(['finished', 'interrupted', 'failed'] as const)('is %s as its manifest says', async (outcome) => {
    const folder = await temporaryFolder();
    await makeRun(join(folder, 'a'), 42, { accuracies: [0.25, 0.5], end: ends[outcome] });
    expect(await only(folder)).toEqual({
      directory: join(folder, 'a', 'seed-42'),
      experiment: 'a',
      seed: 42,
      outcome,
      reason: outcome === 'failed' ? 'the loss is NaN' : undefined,
      epoch: 2,
      epochs: 3,
      lastTestAccuracy: 0.5,
      startedAt: '2026-01-02T03:04:05.000Z',
      attemptStartedAt: '2026-01-02T03:04:05.000Z',
      endedAt: '2026-01-02T03:04:05.000Z',
      secondsPerEpoch: 12.346,
      secondsLeft: undefined,
      checkpointBytes: 0,
      holder: undefined,
    });
  });

  it('is running by the lock, with the time left, and killed without', async () => {
    const folder = await temporaryFolder();
    const directory = await makeRun(folder, 1, { accuracies: [0.25, 0.5] });
    expect(await only(folder)).toMatchObject({ outcome: 'killed', epoch: 2, secondsLeft: undefined });
    const lock = await lockRunDirectory(directory);
    // One of three epochs is missing, and each took 12.346 s.
    expect(await only(folder)).toMatchObject({
      outcome: 'running',
      experiment: '.',
      endedAt: undefined,
      holder: { pid: process.pid, isHere: true },
    });
    expect((await only(folder)).secondsLeft).toBeCloseTo(12.346, 9);
    await lock.release();
  });

  it('reckons the time left from the epochs since it was resumed', async () => {
    const folder = await temporaryFolder();
    const config = runConfig({ epochs: 6 });
    const directory = await makeRun(folder, 1, { accuracies: [0.1], end: ends.interrupted, config });
    const manifest = await readManifest(directory);
    if (manifest === undefined) throw new Error('no manifest');
    const csv = csvRecorder(directory, { everySteps: 0 });
    const records = await Promise.all(
      ['metrics.csv', 'gradients.csv'].map((name) => recorded(directory, name)),
    );
    const resumed = runStarted({ epoch: 1, step: 10, records });
    for (const listener of [csv, manifestRecorder(directory, manifest)]) await listener.on(resumed);
    const lock = await lockRunDirectory(directory);
    expect(await only(folder)).toMatchObject({ outcome: 'running', epoch: 1, secondsLeft: undefined });
    await csv.on(epochEvent(2, { epochSeconds: 100 }));
    await csv.on(epochEvent(3, { epochSeconds: 200 }));
    // Three are missing; the mean of 100 s and 200 s, without the first epoch's 12 s, is 150 s.
    expect(await only(folder)).toMatchObject({ secondsPerEpoch: 150, secondsLeft: 450 });
    await lock.release();
  });

  it('passes over a torn last line, as a run that writes it leaves it', async () => {
    const folder = await temporaryFolder();
    const directory = await makeRun(folder, 1, { accuracies: [0.25] });
    await appendFile(join(directory, 'metrics.csv'), '2,20,0.0');
    expect(await only(folder)).toMatchObject({ outcome: 'killed', epoch: 1, lastTestAccuracy: 0.25 });
  });

  it('knows of one that was only just resumed neither its end nor the time left', async () => {
    const folder = await temporaryFolder();
    const directory = await makeRun(folder, 1, { accuracies: [0.25], end: ends.interrupted });
    const lock = await lockRunDirectory(directory);
    expect(await only(folder)).toMatchObject({
      outcome: 'running',
      endedAt: undefined,
      secondsLeft: undefined,
    });
    await lock.release();
  });

  it('counts a lock of another machine', async () => {
    const folder = await temporaryFolder();
    const directory = await makeRun(folder, 1);
    await writeFile(join(directory, 'run.lock.3'), lockElsewhere());
    expect(await only(folder)).toMatchObject({
      outcome: 'running',
      holder: { host: 'elsewhere', pid: 7, isHere: false },
    });
    expect(await readdir(directory)).toContain('run.lock.3');
  });

  it('is not-started without a manifest', async () => {
    const folder = await temporaryFolder();
    await rm(join(await makeRun(folder, 1), 'manifest.json'));
    expect(await only(folder)).toMatchObject({ outcome: 'not-started', epoch: 0, epochs: 3 });
  });

  it.each([
    ['manifest.json', '{"format": 1}', /manifest\.json: is damaged at/],
    ['metrics.csv', 'rubbish\n', /metrics\.csv: is not a metrics\.csv/],
    ['config.json', '{', /config\.json: is not valid JSON/],
    ['run.lock.1', '{}', /run\.lock\.1: this lock does not name its holder/],
  ])('is damaged with another %s', async (file, text, reason) => {
    const folder = await temporaryFolder();
    const directory = await makeRun(folder, 1, { accuracies: [0.5], end: ends.finished });
    await writeFile(join(directory, file), text);
    const run = await only(folder);
    expect(run).toMatchObject({ outcome: 'damaged', seed: 1, lastTestAccuracy: undefined });
    expect(run.reason).toMatch(reason);
  });

  it('is damaged when it is finished with epochs missing, in a manifest that has no checksums', async () => {
    const folder = await temporaryFolder();
    const directory = await makeRun(folder, 1, { accuracies: [0.25, 0.5], end: ends.finished });
    const { records, ...older } = (await readManifest(directory)) ?? {};
    expect(records).toHaveLength(2);
    await writeFile(join(directory, 'manifest.json'), JSON.stringify(older));
    const run = await only(folder);
    expect(run.outcome).toBe('damaged');
    expect(run.reason).toContain('metrics.csv: has 2 of 3 epochs, though the run is finished');
  });

  it('is damaged when finished tables were changed, by the checksums in the manifest', async () => {
    const folder = await temporaryFolder();
    const directory = await makeRun(folder, 1, { accuracies: [0.5], end: ends.finished });
    await appendFile(join(directory, 'gradients.csv'), '9');
    expect((await only(folder)).reason).toMatch(/gradients\.csv is not as the run wrote it/);
  });

  it('ends where maxSteps does', async () => {
    const folder = await temporaryFolder();
    // Ten steps an epoch: 15 steps are one epoch and a half.
    const config = runConfig({ epochs: 3, maxSteps: 15 });
    await makeRun(folder, 1, { accuracies: [0.5], config });
    expect(await only(folder)).toMatchObject({ epoch: 1, epochs: 2 });
  });

  it('is read of a run of an older version, named itself', async () => {
    const { lastTestAccuracy, outcome, experiment } = await only(REFERENCE);
    expect({ lastTestAccuracy, outcome, experiment }).toEqual({
      lastTestAccuracy: 0.2254,
      outcome: 'finished',
      experiment: '.',
    });
  });
});

describe('listRuns', () => {
  it('finds runs at any depth, by name and number, and none inside a run', async () => {
    const folder = await temporaryFolder();
    for (const [place, seed] of [
      ['b', 2],
      ['b', 10],
      ['a10', 1],
      ['study/a9', 1],
      ['a9', 1],
    ] as const)
      await makeRun(join(folder, place), seed);
    await cp(join(folder, 'b', 'seed-2'), join(folder, 'a9', 'seed-1', 'checkpoints', 'seed-3'), {
      recursive: true,
    });
    const { runs } = await listRuns(folder);
    expect(runs.map(({ experiment, seed }) => `${experiment} ${seed}`)).toEqual([
      'a9 1',
      'a10 1',
      'b 2',
      'b 10',
      'study/a9 1',
    ]);
  });

  it('names what has a run’s name and is none, and is silent about the rest', async () => {
    const folder = await temporaryFolder();
    for (const name of ['seed-1', 'seed-2', 'seed-3', 'seed-x', 'notes']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'seed-1', 'config.json'), '{"of": "another program"}');
    await writeFile(join(folder, 'seed-2', 'manifest.json'), '{}');
    await writeFile(join(folder, 'seed-x', 'config.json'), '{}');
    await makeRun(join(folder, 'notes'), 4);
    await symlink(join(folder, 'notes', 'seed-4'), join(folder, 'seed-5'));
    const { runs, passedOver } = await listRuns(folder);
    expect(runs.map(({ seed }) => seed)).toEqual([4]);
    expect(passedOver.map(({ directory }) => directory).sort()).toEqual(
      ['seed-1', 'seed-2', 'seed-5'].map((name) => join(folder, name)),
    );
  });

  it('says where it went no deeper', async () => {
    const folder = await temporaryFolder();
    const above = join(folder, ...Array.from({ length: DEEPEST - 1 }, (_, index) => String(index)));
    await makeRun(above, 1);
    await makeRun(join(above, 'too'), 2);
    const { runs, passedOver } = await listRuns(folder);
    expect(runs.map(({ seed }) => seed)).toEqual([1]);
    expect(passedOver.map(({ directory }) => directory)).toEqual([join(above, 'too', 'seed-2')]);
  });

  it('refuses a folder that is not there', async () => {
    const folder = join(await temporaryFolder(), 'results');
    expect((await userErrorOf(listRuns(folder), 'usage')).message).toContain(folder);
  });
});
