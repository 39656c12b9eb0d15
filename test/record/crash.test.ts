import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordCrash } from '../../src/record/crash.js';
import { lockHolder, lockRunDirectory } from '../../src/record/lock.js';
import { manifestRecorder, readManifest } from '../../src/record/manifest.js';
import { facts } from './facts.js';
import { runStarted, temporaryFolder } from './helpers.js';

const REASON = 'its process was ended by SIGKILL';

describe('recording that a run crashed', () => {
  it('ends the attempt that is said to run, and keeps everything else', async () => {
    const folder = await temporaryFolder();
    await manifestRecorder(folder, facts).on(runStarted());
    const before = await readManifest(folder);
    expect(await recordCrash(folder, REASON)).toBe(true);
    const after = await readManifest(folder);
    expect(after).toEqual({
      ...before,
      ...{ outcome: 'failed', error: REASON, endedAt: after?.endedAt },
      attempts: [{ ...before?.attempts[0], outcome: 'failed', error: REASON, endedAt: after?.endedAt }],
    });
    expect(after?.endedAt).not.toBeNull();
    expect(await lockHolder(folder)).toBeUndefined();
  });

  it('leaves a run alone that said how it ended', async () => {
    const folder = await temporaryFolder();
    const recorder = manifestRecorder(folder, facts);
    await recorder.on(runStarted());
    await recorder.on({ type: 'run-finished', epoch: 3, step: 30 });
    const before = await readManifest(folder);
    expect(await recordCrash(folder, REASON)).toBe(false);
    expect(await readManifest(folder)).toEqual(before);
  });

  it('leaves a run alone that goes on in another process', async () => {
    const folder = await temporaryFolder();
    await manifestRecorder(folder, facts).on(runStarted());
    const lock = await lockRunDirectory(folder);
    expect(await recordCrash(folder, REASON)).toBe(false);
    await lock.release();
    expect(await readManifest(folder)).toMatchObject({ outcome: 'running' });
  });

  it('has nothing to do where no run began', async () => {
    const folder = await temporaryFolder();
    expect(await recordCrash(join(folder, 'none'), REASON)).toBe(false);
    await mkdir(join(folder, 'empty'));
    expect(await recordCrash(join(folder, 'empty'), REASON)).toBe(false);
  });
});
