import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/program.js';
import { UserError } from '../../src/errors.js';
import { lockRunDirectory } from '../../src/record/lock.js';
import * as prune from '../../src/record/prune.js';
import { temporaryFolder } from '../record/helpers.js';
import { ends, lockElsewhere, makeCheckpoints, makeRun } from '../record/run-folders.js';
import { capturePrinted, type Printed } from './printed.js';

vi.mock('../../src/record/prune.js', { spy: true });

let printed: Printed;

beforeEach(() => {
  printed = capturePrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

const lines = (): string[] => printed.out.trimEnd().split('\n');
/** The first column, below the heads and above what is summed up. */
const names = (): (string | undefined)[] =>
  lines()
    .slice(1, -1)
    .map((line) => line.split(' ')[0]);

/** Three runs: finished, killed and failed, begun in that order. */
async function results(): Promise<string> {
  const folder = await temporaryFolder();
  const at = (day: number) => ({ startedAt: `2026-01-0${day}T10:00:59.000Z` });
  const done = await makeRun(join(folder, 'b'), 1, {
    ...at(1),
    accuracies: [0.1, 0.2, 0.3],
    end: ends.finished,
  });
  await makeCheckpoints(done, { 20: 400_000, 30: 2_000_000 });
  const killed = await makeRun(join(folder, 'a'), 1, { ...at(2), accuracies: [0.5] });
  await makeCheckpoints(killed, { 10: 512 });
  await makeRun(join(folder, 'a'), 2, { ...at(3), end: ends.failed });
  return folder;
}

describe('gan-bench runs', () => {
  it('prints a row a run, how many there are of each, and why one failed', async () => {
    const folder = await results();
    expect(await main(['runs', folder])).toBe(0);
    expect(lines().map((line) => line.trimEnd().replace(/ {2,}/g, ' | '))).toEqual([
      'run | outcome | epoch | test accuracy | started (UTC) | time left | checkpoints',
      'a/seed-1 | killed | 1/3 | 50.00 % | 2026-01-02 10:00 | 512 B',
      'a/seed-2 | failed | 0/3 | 2026-01-03 10:00',
      'b/seed-1 | finished | 3/3 | 30.00 % | 2026-01-01 10:00 | 2.4 MB',
      '3 runs: 1 finished, 1 killed, 1 failed',
    ]);
    expect(printed.err).toBe(`note: ${join(folder, 'a', 'seed-2')}: the loss is NaN\n`);
  });

  it.each([
    ['name', ['a/seed-1', 'a/seed-2', 'b/seed-1']],
    ['accuracy', ['a/seed-1', 'b/seed-1', 'a/seed-2']],
    ['started', ['a/seed-2', 'a/seed-1', 'b/seed-1']],
    ['outcome', ['b/seed-1', 'a/seed-1', 'a/seed-2']],
  ])('sorts by %s', async (sort, expected) => {
    await main(['runs', await results(), '--sort', sort]);
    expect(names()).toEqual(expected);
  });

  it('shows only the outcomes asked for', async () => {
    const folder = await results();
    await main(['runs', '--outcome', 'failed', '--outcome', 'finished', folder]);
    expect(names()).toEqual(['a/seed-2', 'b/seed-1']);
    printed.out = '';
    await main(['runs', '--outcome', 'interrupted', folder]);
    expect(lines()).toEqual([`no runs in ${folder}: none of 3 is interrupted`]);
  });

  it('shows what a running run has left, and doubts the lock of another machine', async () => {
    const folder = await temporaryFolder();
    const lock = await lockRunDirectory(await makeRun(folder, 1, { accuracies: [0.25] }));
    await writeFile(join(await makeRun(folder, 2), 'run.lock.1'), lockElsewhere());
    expect(await main(['runs', folder])).toBe(0);
    // Two of three epochs at 12.346 s.
    expect(lines()[1]).toMatch(/^seed-1 +running +1\/3 +25\.00 % +2026-01-02 03:04 +25 s *$/);
    expect(printed.err).toMatch(/^note: .*seed-2: is running on the machine "elsewhere" by its lock/);
    await lock.release();
  });

  it('answers in JSON, with what it passed over', async () => {
    const folder = await results();
    await mkdir(join(folder, 'seed-9'));
    await writeFile(join(folder, 'seed-9', 'config.json'), '{}');
    await main(['runs', folder, '--json', '--sort', 'accuracy']);
    expect(JSON.parse(printed.out)).toMatchObject({
      runs: [
        { experiment: 'a', seed: 1, outcome: 'killed', epoch: 1, epochs: 3, lastTestAccuracy: 0.5 },
        { experiment: 'b', seed: 1, outcome: 'finished', checkpointBytes: 2_400_000 },
        { experiment: 'a', seed: 2, outcome: 'failed', reason: 'the loss is NaN' },
      ],
      passedOver: [{ directory: join(folder, 'seed-9') }],
    });
    expect(printed.err).toBe('');
    await main(['runs', folder]);
    expect(printed.err).toContain(`note: passing over ${join(folder, 'seed-9')}, not a run: `);
  });

  it.each([
    [['runs', 'no-such-folder'], 'no-such-folder: there is no such folder'],
    [
      ['runs', '--sort', 'acuracy'],
      '--sort: found "acuracy"; allowed: name, accuracy, started, outcome; did',
    ],
    [['runs', '--outcome', 'kiled'], 'did you mean "killed"?'],
    [
      ['runs', 'prune', '--sort', 'name'],
      '--sort: is an option of "gan-bench runs", not of "gan-bench runs prune"',
    ],
    [
      ['runs', '--outcome', 'failed', 'prune', '--yes'],
      '--outcome: is an option of "gan-bench runs", not of',
    ],
    [['runs', 'prune', '--keep', '-1'], '--keep: found "-1"; allowed: a whole number from 0 on'],
  ])('refuses %j', async (args, text) => {
    expect(await main(args)).toBe(2);
    expect(printed.err).toContain(text);
  });
});

describe('gan-bench runs prune', () => {
  const left = (folder: string, run: string): Promise<string[]> => readdir(join(folder, run, 'checkpoints'));

  it('shows what it would free and removes nothing', async () => {
    const folder = await results();
    expect(await main(['runs', 'prune', folder])).toBe(0);
    expect(lines().map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
      'finished run | checkpoints | frees',
      `${join(folder, 'b', 'seed-1')} | 2 | 2.4 MB`,
      'total | 2 | 2.4 MB',
      'Nothing was removed. Add --yes to remove them.',
    ]);
    expect(await left(folder, 'b/seed-1')).toHaveLength(2);
  });

  it('removes with --yes, of finished runs only, and then finds nothing', async () => {
    const folder = await results();
    expect(await main(['runs', 'prune', folder, '--yes', '--keep', '1'])).toBe(0);
    expect(lines().at(-1)).toBe('removed: 400.0 kB of 1 run');
    expect(await left(folder, 'b/seed-1')).toEqual(['step-00000030']);
    expect(await left(folder, 'a/seed-1')).toEqual(['step-00000010']);
    printed.out = '';
    await main(['runs', 'prune', folder, '--yes', '--keep', '1']);
    expect(lines()).toEqual([`no checkpoints to remove: no finished run in ${folder} has any to spare`]);
  });

  it('leaves a run alone that is running', async () => {
    const folder = await temporaryFolder();
    const directory = await makeRun(folder, 1, { accuracies: [0.5] });
    await makeCheckpoints(directory, { 10: 5 });
    const lock = await lockRunDirectory(directory);
    expect(await main(['runs', 'prune', folder, '--yes'])).toBe(0);
    await lock.release();
    expect(await left(folder, 'seed-1')).toEqual(['step-00000010']);
  });

  it('ends with 1 where a run refuses, and removes those of the others', async () => {
    const folder = await results();
    const other = await makeRun(folder, 9, { accuracies: [0.5], end: ends.finished });
    await makeCheckpoints(other, { 10: 5 });
    const refusal = new UserError('io', 'it is in use');
    vi.spyOn(prune, 'pruneRun').mockRejectedValueOnce(refusal);
    expect(await main(['runs', 'prune', folder, '--yes', '--json'])).toBe(1);
    expect(JSON.parse(printed.out)).toMatchObject({
      runs: [
        { directory: other, removed: false, error: { code: 'io', message: 'it is in use' } },
        { directory: join(folder, 'b', 'seed-1'), removed: true },
      ],
      bytes: 2_400_000,
    });
    expect(printed.err).toBe('error: it is in use\n');
    expect(await left(folder, 'seed-9')).toEqual(['step-00000010']);
  });

  it('answers in JSON', async () => {
    const folder = await results();
    await main(['runs', 'prune', folder, '--json']);
    const run = { directory: join(folder, 'b', 'seed-1'), bytes: 2_400_000 };
    expect(JSON.parse(printed.out)).toMatchObject({
      runs: [{ ...run, removed: false }],
      bytes: 2_400_000,
    });
    printed.out = '';
    await main(['runs', 'prune', folder, '--json', '--yes']);
    expect(JSON.parse(printed.out)).toMatchObject({ runs: [{ ...run, removed: true }], bytes: 2_400_000 });
    expect(await left(folder, 'b/seed-1')).toEqual([]);
  });
});
