import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { manifestRecorder, readManifest, requireSameData } from '../../src/record/manifest.js';
import { facts } from './facts.js';
import { runStarted, temporaryFolder, userErrorOf } from './helpers.js';

/** A clock that is one minute later each time it is read. */
function minutes(from = 0): () => Date {
  let next = from;
  return () => new Date(Date.UTC(2025, 0, 1, 0, next++));
}

describe('manifestRecorder', () => {
  it('is running from the start, and finished at the end', async () => {
    const folder = await temporaryFolder();
    const recorder = manifestRecorder(folder, facts, { now: minutes() });
    await recorder.on(runStarted());
    expect(await readManifest(folder)).toEqual({
      format: 1,
      ...facts,
      startedAt: '2025-01-01T00:00:00.000Z',
      endedAt: null,
      outcome: 'running',
      error: null,
      attempts: [
        {
          startedAt: '2025-01-01T00:00:00.000Z',
          endedAt: null,
          fromStep: 0,
          toStep: null,
          outcome: 'running',
          error: null,
          gitCommit: 'a'.repeat(40),
          library: 'TensorFlow 2.21.0',
        },
      ],
    });

    await recorder.on({ type: 'run-finished', epoch: 3, step: 30 });
    expect(await readManifest(folder)).toMatchObject({
      endedAt: '2025-01-01T00:01:00.000Z',
      outcome: 'finished',
      attempts: [{ endedAt: '2025-01-01T00:01:00.000Z', toStep: 30, outcome: 'finished' }],
    });
  });

  it('tells the history of a run that was interrupted, killed and then finished', async () => {
    const folder = await temporaryFolder();
    const first = manifestRecorder(folder, facts, { now: minutes(0) });
    await first.on(runStarted());
    await first.on({ type: 'run-interrupted', epoch: 1, step: 12 });
    await manifestRecorder(folder, facts, { now: minutes(10) }).on(runStarted({ epoch: 1, step: 12 }));
    const newer = { ...facts, program: { ...facts.program, gitCommit: null, gitDirty: null } };
    const third = manifestRecorder(folder, newer, { now: minutes(20) });
    await third.on(runStarted({ epoch: 2, step: 20 }));
    await third.on({ type: 'run-finished', epoch: 3, step: 30 });

    const manifest = await readManifest(folder);
    expect(manifest).toMatchObject({
      startedAt: '2025-01-01T00:00:00.000Z',
      endedAt: '2025-01-01T00:21:00.000Z',
      outcome: 'finished',
      program: { gitCommit: null },
    });
    expect(manifest?.attempts).toMatchObject([
      { outcome: 'interrupted', fromStep: 0, toStep: 12, endedAt: '2025-01-01T00:01:00.000Z' },
      { outcome: 'killed', fromStep: 12, toStep: null, endedAt: null, gitCommit: 'a'.repeat(40) },
      { outcome: 'finished', fromStep: 20, toStep: 30, gitCommit: null },
    ]);
  });

  it('keeps the message of a failure, also of one before the start', async () => {
    const folder = await temporaryFolder();
    const error = new Error('gradient of stem.kernel is not finite at step 7');
    await manifestRecorder(folder, facts).on({ type: 'run-failed', epoch: 1, step: 7, error });
    expect(await readManifest(folder)).toMatchObject({
      outcome: 'failed',
      error: error.message,
      attempts: [{ outcome: 'failed', error: error.message, toStep: 7 }],
    });
  });
});

describe('the kind of a failure', () => {
  it('is noted where it was foreseen, until the run goes on', async () => {
    const folder = await temporaryFolder();
    const recorder = manifestRecorder(folder, facts);
    await recorder.on(runStarted());
    expect(await readManifest(folder)).not.toHaveProperty('errorCode');
    const error = new UserError('diverged', 'the loss is NaN');
    await recorder.on({ type: 'run-failed', epoch: 1, step: 7, error });
    expect(await readManifest(folder)).toMatchObject({ error: 'the loss is NaN', errorCode: 'diverged' });
    await manifestRecorder(folder, facts).on(runStarted({ epoch: 0, step: 0 }));
    expect(await readManifest(folder)).not.toHaveProperty('errorCode');
  });

  it('is not there of an error of any other sort', async () => {
    const folder = await temporaryFolder();
    const error = new Error('a bug');
    await manifestRecorder(folder, facts).on({ type: 'run-failed', epoch: 1, step: 7, error });
    expect(await readManifest(folder)).not.toHaveProperty('errorCode');
  });
});

describe('the files of a finished run', () => {
  const records = [{ file: 'metrics.csv', bytes: 7, sha256: 'c'.repeat(64) }];

  it('are noted at its end, and not before', async () => {
    const folder = await temporaryFolder();
    const recorder = manifestRecorder(folder, facts, { records: () => Promise.resolve(records) });
    await recorder.on(runStarted());
    expect(await readManifest(folder)).not.toHaveProperty('records');
    await recorder.on({ type: 'run-finished', epoch: 3, step: 30 });
    expect((await readManifest(folder))?.records).toEqual(records);
  });
});

describe('requireSameData', () => {
  const changed = { ...facts.dataset, checksums: { 'train.bin': 'd'.repeat(64) } };

  it('accepts the data that the run began with', () => {
    requireSameData(facts, facts, 'results/a/seed-42');
  });

  it.each([
    ['changed data', changed, 'd'.repeat(64)],
    ['data without the file', { ...changed, checksums: {} }, 'no file'],
  ])('refuses %s, naming the file and both checksums', (_, dataset, found) => {
    const check = (): void => {
      requireSameData(facts, { dataset }, 'results/a/seed-42');
    };
    expect(check).toThrow(expect.objectContaining({ code: 'checkpoint' }));
    for (const part of ['results/a/seed-42', 'train.bin', 'b'.repeat(64), found]) expect(check).toThrow(part);
  });
});

describe('readManifest', () => {
  it('is undefined where there is none', async () => {
    expect(await readManifest(await temporaryFolder())).toBeUndefined();
  });

  it('names the file and the key that is wrong', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'manifest.json');
    await manifestRecorder(folder, facts).on(runStarted());
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace('"outcome": "running"', '"outcome": "great"'),
    );
    const error = await userErrorOf(readManifest(folder), 'io');
    expect(error.message).toContain(file);
    expect(error.message).toMatch(/at "(attempts\.0\.)?outcome"/);

    await writeFile(file, '[');
    expect((await userErrorOf(readManifest(folder), 'io')).message).toContain('is not valid JSON');
  });
});
