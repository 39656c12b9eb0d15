import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { writeLock } from '../record/locks.js';
import { smallest, stackTrace, start, temporaryFolder, writeConfig } from './support.js';
import { stepsLogged } from './watching.js';

const elsewhere = { host: 'node7', pid: 99, place: 'another-boot:pid:[1]' };

describe('a run folder that a process of another machine holds', { timeout: 120_000 }, () => {
  it('is written to no more by a run that lost it', async () => {
    const folder = await temporaryFolder();
    const config = await writeConfig(folder, { ...smallest, epochs: 100_000, log: { everySteps: 1 } });
    const out = path.join(folder, 'results');
    const directory = path.join(out, 'tiny', 'seed-7');
    const running = start(['run', config, '--backend', 'wasm', '--offline', '--out', out]);
    await stepsLogged(running, directory, 2);
    await writeLock(directory, 2, elsewhere);
    await rm(path.join(directory, 'run.lock.1'));
    const { code, stderr } = await running.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('process 99 on the machine "node7" took the folder over');
    expect(stderr.split('took the folder over')).toHaveLength(2);
    expect(stderr).not.toMatch(stackTrace);
    // That it failed is not written into what belongs to another one.
    expect(JSON.parse(await readFile(path.join(directory, 'manifest.json'), 'utf8'))).toMatchObject({
      outcome: 'running',
    });
  });

  it('is waited for, and Ctrl-C ends the waiting', async () => {
    const folder = await temporaryFolder();
    const config = await writeConfig(folder, smallest);
    const out = path.join(folder, 'results');
    const directory = path.join(out, 'tiny', 'seed-7');
    await mkdir(directory, { recursive: true });
    await writeLock(directory, 1, elsewhere);
    const running = start(['run', config, '--backend', 'wasm', '--offline', '--out', out]);
    const waiting =
      'seed 7: waiting up to 120 s to see whether process 99 on the machine "node7" still works in';
    await running.says(waiting);
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130 });
  });
});
