import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { main } from '../../src/cli/program.js';
import { lockRunDirectory } from '../../src/record/lock.js';
import { frozenFile, writeFrozen } from '../../src/sweep/frozen.js';
import { loadSweep } from '../../src/sweep/load.js';
import type { Member, Sweep } from '../../src/sweep/sweep.js';
import { temporaryFolder } from '../record/helpers.js';
import { ends, lockElsewhere, makeRun, type MadeRun } from '../record/run-folders.js';
import { capturePrinted, type Printed } from './printed.js';

let printed: Printed;
beforeEach(() => {
  printed = capturePrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A sweep of three optimizers with two seeds each, whose folder is made below this one. */
async function toySweep(folder: string): Promise<{ readonly file: string; readonly sweep: Sweep }> {
  const base = { model: 'resnet20', dataset: { name: 'cifar100-mini' }, epochs: 3, output: folder };
  const grid = { 'optimizer.gradient': ['none', 'zscore', 'gan'] };
  const file = join(folder, 'toy.json');
  await writeFile(file, JSON.stringify({ base, grid, seeds: [1, 2], retries: 0 }));
  return { file, sweep: await loadSweep(file) };
}

function memberAt({ members }: Sweep, index: number): Member {
  const member = members[index];
  if (member === undefined) throw new Error(`no member ${index}`);
  return member;
}

async function runMember(sweep: Sweep, index: number, run: MadeRun): Promise<string> {
  const { name, seed, config } = memberAt(sweep, index);
  return await makeRun(join(sweep.directory, name), seed, { config, ...run });
}

/** Its members: finished, running, failed, killed, running elsewhere, waiting. @returns the folders, and what ends the running one */
async function begun(sweep: Sweep) {
  await runMember(sweep, 0, { accuracies: [0.1, 0.2, 0.3], end: ends.finished });
  const running = await runMember(sweep, 1, { accuracies: [0.25] });
  const failed = await runMember(sweep, 2, { accuracies: [0.125], end: ends.failed });
  await runMember(sweep, 3, { accuracies: [0.5, 0.5] });
  const elsewhere = await runMember(sweep, 4, {});
  await writeFile(join(elsewhere, 'run.lock.1'), lockElsewhere());
  const lock = await lockRunDirectory(running);
  return { failed, elsewhere, release: () => lock.release() };
}

const lines = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().replace(/ {2,}/g, ' | '));

describe('gan-bench sweep status', () => {
  it('shows every member, the tally and the time left, and what went wrong', async () => {
    const folder = await temporaryFolder();
    const { file, sweep } = await toySweep(folder);
    const { failed, elsewhere, release } = await begun(sweep);
    await makeRun(join(sweep.directory, 'old'), 7, { end: ends.finished, accuracies: [0, 0, 0] });
    expect(await main(['sweep', 'status', file])).toBe(0);
    await release();
    const keys = sweep.members.map(({ name, seed }) => `${name}/seed-${seed}`);
    expect(lines(printed.out)).toEqual([
      'member | state | epoch | test accuracy | since (UTC) | time left | where',
      `${keys[0] ?? ''} | finished | 3/3 | 30.00 % | 2026-01-02 03:04`,
      `${keys[1] ?? ''} | running | 1/3 | 25.00 % | 2026-01-02 03:04 | 25 s | process ${process.pid}`,
      `${keys[2] ?? ''} | given-up | 1/3 | 12.50 % | 2026-01-02 03:04`,
      `${keys[3] ?? ''} | interrupted | 2/3 | 50.00 %`,
      `${keys[4] ?? ''} | running | 0/3 | 2026-01-02 03:04 | process 7 on elsewhere`,
      `${keys[5] ?? ''} | waiting | 0/3`,
      // 2 + 1 + 3 + 3 epochs of 12.346 s are left, for the two that run.
      'sweep toy (6 members): 1 finished, 2 running, 1 waiting, 1 interrupted, 1 given-up; 56 s left',
    ]);
    expect(lines(printed.err)).toEqual([
      `note: ${failed}: the loss is NaN`,
      `note: ${elsewhere}: is running on the machine "elsewhere" by its lock; from here that cannot be seen.`,
      `note: of no member of ${file}, and left as they are in ${sweep.directory}: old/seed-7`,
    ]);
  });

  it('answers in JSON', async () => {
    const { file, sweep } = await toySweep(await temporaryFolder());
    const { release } = await begun(sweep);
    await main(['sweep', 'status', file, '--json']);
    await release();
    const { name, seed, directory } = memberAt(sweep, 1);
    const tally = {
      finished: 1,
      running: 2,
      waiting: 1,
      interrupted: 1,
      failed: 0,
      'given-up': 1,
      damaged: 0,
    };
    expect(JSON.parse(printed.out)).toMatchObject({
      sweeps: [
        {
          ...{ sweep: 'toy', file, directory: sweep.directory, tally, strangers: [] },
          secondsLeft: expect.closeTo((9 * 12.346) / 2, 6) as unknown,
          members: [
            { standing: 'finished', epoch: 3, epochs: 3, lastTestAccuracy: 0.3 },
            {
              member: name,
              seed,
              directory,
              standing: 'running',
              holder: { pid: process.pid, isHere: true },
            },
            { standing: 'given-up', failures: 1, reason: 'the loss is NaN' },
            { standing: 'interrupted' },
            { standing: 'running', holder: { host: 'elsewhere' } },
            { standing: 'waiting', epoch: 0, epochs: 3 },
          ],
        },
      ],
      runs: [],
      passedOver: [],
    });
    expect(printed.err).toBe('');
  });

  it('says what keeps a member from being trained', async () => {
    const { file, sweep } = await toySweep(await temporaryFolder());
    const { name, seed, config } = memberAt(sweep, 0);
    const other = await makeRun(join(sweep.directory, name), seed, { config: { ...config, epochs: 9 } });
    const damaged = await runMember(sweep, 1, {});
    await writeFile(join(damaged, 'manifest.json'), '{"format": 1}');
    await main(['sweep', 'status', file]);
    expect(lines(printed.out).at(-1)).toBe('sweep toy (6 members): 4 waiting, 1 damaged, 1 other-experiment');
    const [first, second] = lines(printed.err);
    expect(first).toMatch(`note: ${other}: epochs`);
    expect(second).toContain(`note: ${damaged}: ${join(damaged, 'manifest.json')}: is damaged at`);
  });

  it('shows the sweep of a folder as it was last run, whatever became of its file', async () => {
    const { file, sweep } = await toySweep(await temporaryFolder());
    await writeFrozen(sweep);
    await rm(file);
    expect(await main(['sweep', 'status', sweep.directory])).toBe(0);
    expect(lines(printed.out).at(-1)).toBe('sweep toy (6 members): 6 waiting');
  });

  it('shows the sweeps in a folder, and then the runs that are of none', async () => {
    const folder = await temporaryFolder();
    const { sweep } = await toySweep(folder);
    await writeFrozen(sweep);
    await runMember(sweep, 0, { end: ends.interrupted });
    await makeRun(join(folder, 'alone'), 9, { accuracies: [0.5] });
    expect(await main(['sweep', 'status', folder])).toBe(0);
    expect(lines(printed.out).slice(7)).toEqual([
      'sweep toy (6 members): 5 waiting, 1 interrupted',
      '',
      'run | outcome | epoch | test accuracy | started (UTC) | time left | checkpoints',
      'alone/seed-9 | killed | 1/3 | 50.00 % | 2026-01-02 03:04',
      '1 run: 1 killed',
    ]);
    const frozen = frozenFile(sweep.directory);
    await writeFile(frozen, (await readFile(frozen, 'utf8')).slice(1));
    [printed.out, printed.err] = ['', ''];
    expect(await main(['sweep', 'status', folder])).toBe(0);
    expect(lines(printed.out).at(-1)).toBe('2 runs: 1 interrupted, 1 killed');
    expect(printed.err).toContain(`note: passing over ${sweep.directory}`);
  });

  it('says so where there is nothing', async () => {
    const folder = await temporaryFolder();
    expect(await main(['sweep', 'status', folder])).toBe(0);
    expect(printed.out).toBe(`no runs in ${folder}\n`);
    expect(await main(['sweep', 'status', join(folder, 'none.yaml')])).toBe(2);
    expect(printed.err).toContain('none.yaml');
  });

  it('says what it takes where the name is of nothing', async () => {
    const place = join(await temporaryFolder(), 'nosuch');
    expect(await main(['sweep', 'status', place])).toBe(2);
    expect(printed.err).toContain(`${place}: no such file or folder; give a sweep file`);
  });
});
