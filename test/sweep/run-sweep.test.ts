import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { lockRunDirectory } from '../../src/record/lock.js';
import { runSweep } from '../../src/sweep/run-sweep.js';
import { tryOnce, triesWith } from '../../src/sweep/queue.js';
import { memberStates } from '../../src/sweep/state.js';
import type { Sweep } from '../../src/sweep/sweep.js';
import { temporaryFolder } from '../record/helpers.js';
import { writeLock } from '../record/locks.js';
import { eventsOf, failure, FakeWorkers, finish, outline, share } from './fake-workers.js';
import { memberOf, sweepOf } from './members.js';

/** A sweep of so many seeds of one name. */
async function sweepOfSeeds(count: number): Promise<Sweep> {
  const folder = await temporaryFolder();
  return sweepOf(
    folder,
    Array.from({ length: count }, (_, seed) => memberOf(folder, 'gan', seed)),
  );
}

const finishAll = (): FakeWorkers =>
  new FakeWorkers((worker, asked) => {
    if (asked === 'start') void finish(worker);
  });

/** The first seed's folder is another's. */
const foundHeld = (): FakeWorkers =>
  new FakeWorkers((worker) => {
    if (worker.options.member.seed === 0) worker.end({ outcome: 'held', reason: 'node7 has it' });
    else void finish(worker);
  });

describe('running a sweep', () => {
  it('trains every member once, with as many workers at a time as there are shares', async () => {
    const sweep = await sweepOfSeeds(5);
    let most = 0;
    const running = new Set<string>();
    const workers = new FakeWorkers((worker) => {
      running.add(worker.key);
      most = Math.max(most, running.size);
      void finish(worker, 0.5).then(() => running.delete(worker.key));
    });
    const shares = [share, { ...share, threads: 2 }];
    const events = await eventsOf(sweep, workers, { shares, args: ['--offline'] });
    expect(most).toBe(2);
    expect(workers.all.map(({ key }) => key).sort()).toEqual(
      sweep.members.map(({ seed }) => `gan/seed-${seed}`),
    );
    expect(workers.all[0]?.options).toMatchObject({
      file: join(sweep.directory, 'sweep.json'),
      args: ['--offline'],
    });
    expect(events[0]).toMatchObject({ type: 'sweep-started', workers: 2, threads: 2, work: { waiting: 5 } });
    expect(events.filter(({ type }) => type === 'member-finished')).toHaveLength(5);
    expect(events.at(-2)).toMatchObject({ testAccuracy: 0.5 });
    expect(events.at(-1)).toMatchObject({
      type: 'sweep-finished',
      tally: { members: 5, finished: 5, running: 0, waiting: 0 },
      work: { done: 5, waiting: 0 },
    });
    const summary = await readFile(join(sweep.directory, 'gan', 'summary.csv'), 'utf8');
    expect(summary.match(/finished/g)).toHaveLength(5);
  });

  it('passes on what workers tell', async () => {
    const sweep = await sweepOfSeeds(1);
    const progress = {
      ...{ epoch: 1, epochs: 3, step: 10, totalSteps: 30, testAccuracy: 0.5, secondsLeft: 7 },
    };
    const workers = new FakeWorkers((worker) => {
      worker.options.onNews({ type: 'progress', ...progress });
      worker.options.onNews({ type: 'note', line: 'it is warm' });
      void finish(worker).then(() => {
        // What comes late is dropped.
        worker.options.onNews({ type: 'note', line: 'too late' });
      });
    });
    const events = await eventsOf(sweep, workers);
    const of = { member: 'gan', seed: 0, worker: 0 };
    expect(events[1]).toMatchObject({ type: 'member-started', ...of, epoch: 0, epochs: 3, cost: 1 });
    expect(events.slice(2, 4)).toEqual([
      { type: 'member-progress', ...of, ...progress },
      { type: 'member-note', ...of, line: 'it is warm' },
    ]);
  });

  it('does not let one failure stop the others, and tries again at the end until retries are used up', async () => {
    const sweep = await sweepOfSeeds(3);
    const workers = new FakeWorkers((worker) => {
      if (worker.key === 'gan/seed-0') worker.end(failure);
      else void finish(worker);
    });
    const events = await eventsOf(sweep, workers);
    expect(workers.all.map(({ key }) => key)).toEqual([0, 1, 2, 0].map((seed) => `gan/seed-${seed}`));
    const failures = events.filter(({ type }) => type === 'member-failed');
    expect(failures).toMatchObject([
      { reason: 'the loss is NaN', lastLines: ['step 7'], isTriedAgain: true },
      { isTriedAgain: false, tally: { failed: 1, finished: 2 } },
    ]);
    const once = await eventsOf(sweep, workers, {
      triesFor: tryOnce,
      states: (await memberStates(sweep)).slice(0, 1),
    });
    expect(once.filter(({ type }) => type === 'member-failed')).toMatchObject([{ isTriedAgain: false }]);
  });

  it('stops the others with checkpoints at the first failure when asked to', async () => {
    const sweep = await sweepOfSeeds(4);
    const workers = new FakeWorkers((worker, asked) => {
      if (asked === 'stop') worker.end({ outcome: 'interrupted' });
      // The first fails when the second is there, whichever members they got.
      else if (workers.all.length === 2) workers.all[0]?.end(failure);
    });
    const events = await eventsOf(sweep, workers, { failFast: true, shares: [share, share] });
    expect(workers.all.map(({ asked }) => asked)).toEqual([[], ['stop']]);
    expect(events.find(({ type }) => type === 'member-failed')).toMatchObject({ isTriedAgain: false });
    expect(events.at(-1)).toMatchObject({ tally: { failed: 1, interrupted: 1, waiting: 2 } });
  });

  it('stops all with checkpoints when asked to, and ends all at once when asked again', async () => {
    const sweep = await sweepOfSeeds(3);
    const [stop, kill] = [new AbortController(), new AbortController()];
    const workers = new FakeWorkers((worker, asked) => {
      if (asked === 'start' && workers.all.length === 2) stop.abort();
      // The first saves its checkpoint, the second is too slow for the user's patience.
      if (asked === 'stop' && worker === workers.all[0]) worker.end({ outcome: 'interrupted' });
      if (asked === 'stop' && worker === workers.all[1]) kill.abort();
      if (asked === 'kill') worker.end(failure);
    });
    const events = await eventsOf(sweep, workers, {
      ...{ shares: [share, share], signal: stop.signal, killSignal: kill.signal },
    });
    expect(workers.all).toHaveLength(2);
    expect(workers.all[1]?.asked.slice(0, 2)).toEqual(['stop', 'kill']);
    expect(outline(events).filter((line) => line.startsWith('member-failed'))).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'sweep-finished', tally: { interrupted: 2, waiting: 1 } });
  });

  it('starts nothing when it was stopped before', async () => {
    const workers = finishAll();
    const events = await eventsOf(await sweepOfSeeds(2), workers, { signal: AbortSignal.abort() });
    expect(outline(events)).toEqual(['sweep-started', 'sweep-finished']);
    expect(events.at(-1)).toMatchObject({ tally: { waiting: 2 } });
  });

  it('ends the workers when nobody reads on', async () => {
    const sweep = await sweepOfSeeds(1);
    const workers = new FakeWorkers((worker, asked) => {
      if (asked === 'kill') worker.end({ outcome: 'interrupted' });
    });
    const { signal } = new AbortController();
    const states = await memberStates(sweep);
    const options = { sweep, file: 'sweep.json', states, triesFor: triesWith(1), costOf: () => 1 };
    const more = { shares: [share], args: [], failFast: false, signal, killSignal: signal };
    for await (const { type } of runSweep({ ...options, ...more, start: workers.start })) {
      if (type === 'member-started') break;
    }
    expect(workers.all.map(({ asked }) => asked)).toEqual([['kill']]);
  });
});

describe('members that others hold', () => {
  it('are passed over, and trained once they are free', async () => {
    const sweep = await sweepOfSeeds(2);
    const [held] = sweep.members;
    const lock = await lockRunDirectory(held?.directory ?? '');
    const workers = finishAll();
    const events = await eventsOf(sweep, workers, {
      onEvent({ type }) {
        if (type === 'member-finished') void lock.release();
      },
    });
    expect(outline(events).filter((line) => !line.startsWith('member-progress'))).toEqual([
      'sweep-started',
      'member-passed-over gan/seed-0',
      'member-started gan/seed-1',
      'member-finished gan/seed-1',
      'member-started gan/seed-0',
      'member-finished gan/seed-0',
      'sweep-finished',
    ]);
    expect(JSON.stringify(events[1])).toContain(`"process ${process.pid} has it since`);
  });

  it('are left when they are held for long', async () => {
    const sweep = await sweepOfSeeds(2);
    const lock = await lockRunDirectory(sweep.members[0]?.directory ?? '');
    const events = await eventsOf(sweep, finishAll(), { graceSeconds: 0 });
    await lock.release();
    expect(events.at(-1)).toMatchObject({ tally: { members: 2, finished: 1, elsewhere: 1 } });
  });

  it.each([
    ['finish when it is gone', finishAll, { finished: 2, elsewhere: 0 }],
    ['are left when it still works', foundHeld, { finished: 1, elsewhere: 1 }],
  ])('on another machine are given to one worker, at the end, and %s', async (_, react, tally) => {
    const sweep = await sweepOfSeeds(2);
    const directory = sweep.members[0]?.directory ?? '';
    await mkdir(directory, { recursive: true });
    await writeLock(directory, 1, { host: 'node7', place: null });
    const workers = react();
    const events = await eventsOf(sweep, workers);
    expect(workers.all.map(({ key }) => key)).toEqual(['gan/seed-1', 'gan/seed-0']);
    expect(events.at(-1)).toMatchObject({ tally });
  });

  it('are left when workers find them held again and again', async () => {
    const sweep = await sweepOfSeeds(1);
    const workers = new FakeWorkers((worker) => {
      worker.end({ outcome: 'held', reason: 'process 7 has it' });
    });
    const events = await eventsOf(sweep, workers);
    expect(workers.all).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({ tally: { elsewhere: 1 } });
  });

  it('are finished by the time that their turn comes, or belong to another experiment', async () => {
    const sweep = await sweepOfSeeds(2);
    const states = await memberStates(sweep);
    const other = sweepOf(sweep.directory, [memberOf(sweep.directory, 'gan', 1, { epochs: 9 })]);
    await eventsOf(sweepOf(sweep.directory, sweep.members.slice(0, 1)), finishAll());
    await eventsOf(other, finishAll());
    const workers = finishAll();
    const events = await eventsOf(sweep, workers, { states });
    expect(workers.all).toEqual([]);
    expect(events.at(-1)).toMatchObject({ tally: { finished: 1, failed: 1 } });
    expect(events.find(({ type }) => type === 'member-failed')).toMatchObject({
      reason: `${sweep.members[1]?.directory}: epochs: was 9, now 3`,
    });
  });

  it('leaves no file but the runs and their summary', async () => {
    const sweep = await sweepOfSeeds(1);
    await mkdir(sweep.directory, { recursive: true });
    await eventsOf(sweep, finishAll());
    expect((await readdir(join(sweep.directory, 'gan'))).sort()).toEqual(['seed-0', 'summary.csv']);
  });
});
