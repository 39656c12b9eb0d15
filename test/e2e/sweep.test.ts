import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { lockHolder } from '../../src/record/lock.js';
import { inventory, manifestOf, resultsOf } from './results.js';
import { type Ended, ganBench, type Running, stackTrace, start, temporaryFolder } from './support.js';
import { leftovers, processesWith, toyMembers, toySweep, writeSweep } from './sweeps.js';
import { stepsLogged } from './watching.js';

const TIMEOUT = 240_000;

/** A folder for results, the file of a sweep, and the command on both. */
interface Place {
  readonly folder: string;
  readonly file: string;
  readonly out: string;
  /** The folder of the sweep. */
  readonly sweep: string;
  readonly args: readonly string[];
}

async function newPlace(changes: object = {}): Promise<Place> {
  const folder = await temporaryFolder();
  const file = await writeSweep(folder, changes);
  const out = path.join(folder, 'out');
  return {
    folder,
    file,
    out,
    sweep: path.join(out, 'toy'),
    args: ['sweep', file, '--offline', '--out', out],
  };
}

/** What came of each member, less what no two runs share. */
async function resultsIn(sweep: string): Promise<Record<string, string>[]> {
  return await Promise.all(toyMembers.map((key) => resultsOf(path.join(sweep, key))));
}

async function expectNothingLeft({ folder, out }: Place): Promise<void> {
  expect(await processesWith(folder)).toEqual([]);
  expect(await leftovers(out)).toEqual([]);
}

/** The lines of JSON that a command printed. */
function jsonLines({ stdout }: Ended): unknown[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

/** What single runs of all members leave, and a place in which a sweep has finished. */
let single: Record<string, string>[];
let finished: Place;
let first: Ended;

beforeAll(async () => {
  const folder = await temporaryFolder();
  for (const optimizer of toySweep.grid.optimizer) {
    const config = path.join(folder, `${optimizer}.json`);
    await writeFile(config, JSON.stringify({ ...toySweep.base, seeds: toySweep.seeds, optimizer }));
    expect(await ganBench(['run', config, '--offline', '--out', folder])).toMatchObject({ code: 0 });
  }
  single = await resultsIn(folder);
  finished = await newPlace();
  first = await ganBench([...finished.args, '--workers', '2', '--json']);
}, TIMEOUT);

/** A copy of the finished sweep, to be changed. */
async function finishedCopy(changes: object = {}): Promise<Place> {
  const place = await newPlace(changes);
  await cp(finished.out, place.out, { recursive: true, preserveTimestamps: true });
  return place;
}

describe('a sweep', { timeout: TIMEOUT }, () => {
  it('gives the bytes of the same runs made one by one, and tells events and an answer', async () => {
    expect(first).toMatchObject({ code: 0 });
    expect(await resultsIn(finished.sweep)).toEqual(single);
    const lines = jsonLines(first);
    expect(lines[0]).toMatchObject({ type: 'sweep-started', workers: 2, tally: { waiting: 4 } });
    expect(first.stdout.match(/"type":"member-finished"/g)).toHaveLength(4);
    expect(lines.at(-2)).toMatchObject({ type: 'sweep-finished' });
    expect(lines.at(-1)).toMatchObject({
      sweep: 'toy',
      tally: { members: 4, finished: 4 },
      members: [{ name: 'adamw', seeds: [{ seed: 1 }, { seed: 2 }] }, { name: 'gan' }],
    });
    await expectNothingLeft(finished);
  });

  it('leaves finished members alone', async () => {
    const before = await inventory(path.join(finished.sweep, 'gan', 'seed-1'));
    const { code, stdout } = await ganBench(finished.args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^member +seeds +test accuracy.*\nadamw +2\/2 .*\ngan +2\/2 /);
    expect(stdout).toContain('4 of 4 members finished');
    expect(await inventory(path.join(finished.sweep, 'gan', 'seed-1'))).toEqual(before);
  });

  it('goes on after its parent and workers were killed and stopped, to the same bytes', async () => {
    const place = await newPlace();
    const args = [...place.args, '--workers', '2'];
    const begun = async (running: Running, key: string, steps: number): Promise<string> => {
      const directory = path.join(place.sweep, key);
      await stepsLogged(running, directory, steps);
      return directory;
    };
    // Parent and worker at once.
    const both = start(args);
    const holder = await lockHolder(await begun(both, 'adamw/seed-1', 1));
    both.kill('SIGKILL');
    if (holder !== undefined) process.kill(holder.pid, 'SIGKILL');
    expect(await both.ended).toMatchObject({ signal: 'SIGKILL' });
    // The parent alone; its workers save a checkpoint, and the next command waits for them.
    const parent = start(args);
    await begun(parent, 'adamw/seed-2', 2);
    parent.kill('SIGKILL');
    await parent.ended;
    const stopped = start(args);
    // Its own word: a step may be there since the command before.
    await stopped.says('gan/seed-1: ');
    stopped.kill('SIGTERM');
    const { code, stderr } = await stopped.ended;
    expect({ code, stderr }).toMatchObject({ code: 143 });
    expect(stderr).toContain(`gan-bench ${args.join(' ')}\n`);
    expect(await processesWith(place.folder)).toEqual([]);
    expect(await ganBench([...place.args, '--workers', '1'])).toMatchObject({ code: 0 });
    expect(await resultsIn(place.sweep)).toEqual(single);
    await expectNothingLeft(place);
  });

  it('ends at once at the second Ctrl-C, and tries a worker that was killed once more', async () => {
    const place = await newPlace();
    const args = [...place.args, '--workers', '1'];
    const impatient = start(args);
    await stepsLogged(impatient, path.join(place.sweep, 'adamw/seed-1'), 1);
    impatient.kill('SIGINT');
    await impatient.says('Press Ctrl-C again to stop at once.');
    impatient.kill('SIGINT');
    expect(await impatient.ended).toMatchObject({ code: 130 });
    expect(await processesWith(place.folder)).toEqual([]);

    const running = start(args);
    const directory = path.join(place.sweep, 'adamw/seed-2');
    await stepsLogged(running, directory, 1);
    const holder = await lockHolder(directory);
    if (holder !== undefined) process.kill(holder.pid, 'SIGKILL');
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toMatch(/adamw\/seed-2: failed \(it will be tried again\): .*SIGKILL/);
    expect((await manifestOf(directory)).attempts.map(({ outcome }) => outcome)).toEqual([
      'failed',
      'finished',
    ]);
    expect(await resultsIn(place.sweep)).toEqual(single);
    await expectNothingLeft(place);
  });

  it('shares its work with the same command beside it', async () => {
    const place = await newPlace();
    const commands = [1, 2].map(() => ganBench([...place.args, '--workers', '1']));
    for (const { code, stderr } of await Promise.all(commands))
      expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await resultsIn(place.sweep)).toEqual(single);
    for (const key of toyMembers) {
      expect((await manifestOf(path.join(place.sweep, key))).attempts).toHaveLength(1);
    }
    await expectNothingLeft(place);
  });
});

describe('a sweep whose file was edited', { timeout: TIMEOUT }, () => {
  it('trains what was added, and leaves what is finished or no longer in it', async () => {
    const place = await finishedCopy({ grid: { optimizer: ['adamw', 'zscore'] }, seeds: [1] });
    const kept = ['adamw/seed-1', 'adamw/seed-2', 'gan/seed-1', 'gan/seed-2'];
    const look = () => Promise.all(kept.map((key) => inventory(path.join(place.sweep, key))));
    const before = await look();
    const { code, stderr, stdout } = await ganBench(place.args);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await look()).toEqual(before);
    expect(stderr).toContain('and left as they are');
    for (const key of kept.slice(1)) expect(stderr).toContain(key);
    expect(stdout).toMatch(/\nzscore +1\/1 /);
    expect(await manifestOf(path.join(place.sweep, 'zscore/seed-1'))).toMatchObject({ outcome: 'finished' });
  });

  it('is refused before anything starts where a folder holds another experiment, or damaged files', async () => {
    const place = await finishedCopy();
    await rm(path.join(place.sweep, 'gan/seed-2'), { recursive: true });
    const before = await inventory(place.out);
    const other = await ganBench([...place.args, '--set', 'epochs=3', '--json']);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain(
      `${path.join(place.sweep, 'adamw/seed-1')}: holds another experiment:\n    epochs: was 2, now 3`,
    );
    expect(other.stderr).toMatch(/another name.*--out/);
    expect(other.stderr).not.toMatch(stackTrace);
    expect(jsonLines(other)).toMatchObject([{ error: { code: 'config' } }]);
    expect(await inventory(place.out)).toEqual(before);

    const metrics = path.join(place.sweep, 'gan/seed-1/metrics.csv');
    await writeFile(metrics, (await readFile(metrics, 'utf8')).replace(/\d\n$/, 'x\n'));
    const damaged = await ganBench(place.args);
    expect(damaged.code).toBe(1);
    expect(damaged.stderr).toContain(`${path.join(place.sweep, 'gan/seed-1')}: is damaged:`);
    // Those that were not asked for are in nobody's way.
    const plan = await ganBench([...place.args, '--only', 'optimizer=gan', '--only', 'seed=2', '--dry-run']);
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.stdout).toMatch(/\ngan\/seed-2 +waiting +trained\n/);
  });
});

describe('a member that fails', { timeout: TIMEOUT }, () => {
  it('is tried as often as the file says, then left until retry, and stops no other', async () => {
    const diverging = { name: 'diverging', optimizer: { base: 'sgd', learningRate: 1e30 } };
    const place = await newPlace({ grid: { optimizer: ['adamw'] }, cases: [diverging], seeds: [1] });
    const directory = path.join(place.sweep, 'diverging/seed-1');
    const attempts = async () => (await manifestOf(directory)).attempts.map(({ outcome }) => outcome);

    const { code, stderr, stdout } = await ganBench(place.args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/diverging\/seed-1: failed \(it will be tried again\): /);
    expect(stdout).toContain('1 of 2 members finished');
    expect(await attempts()).toEqual(['failed', 'failed']);

    const again = await ganBench(place.args);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('diverging/seed-1 failed 2 times and is left alone');
    expect(again.stderr).toContain(`gan-bench sweep retry ${place.file}`);
    expect(await attempts()).toHaveLength(2);

    const retry = ['sweep', 'retry', place.file, 'diverging', '--offline', '--out', place.out];
    expect(await ganBench(retry)).toMatchObject({ code: 1 });
    expect(await attempts()).toEqual(['failed', 'failed', 'failed']);
    const unknown = await ganBench(retry.map((word) => (word === 'diverging' ? 'divergin' : word)));
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('did you mean "diverging"?');
    await expectNothingLeft(place);
  });
});

it('a pattern that fits no member is refused, with what varies', async () => {
  const { code, stderr } = await ganBench([...finished.args, '--only', 'optimizer=zscore']);
  expect(code).toBe(2);
  expect(stderr).toContain('optimizer: adamw, gan\n  seed: 1, 2\n  name: adamw, gan');
});
