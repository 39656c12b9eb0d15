import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { MemberQueue, triesWith, tryOnce } from '../../src/sweep/queue.js';
import type { MemberState } from '../../src/sweep/state.js';
import { memberKey } from '../../src/sweep/sweep.js';
import type { Member } from '../../src/sweep/sweep.js';
import { memberOf, stateOf } from './members.js';

const member = (seed: number): Member => memberOf('results/sweep', 'gan', seed);

/** All that a queue hands out when each member that is taken finishes. */
function seedsOf(queue: MemberQueue): number[] {
  const seeds: number[] = [];
  for (let taken = queue.take(); taken !== undefined; taken = queue.take()) {
    seeds.push(taken.seed);
    queue.finished(taken);
  }
  return seeds;
}

function runState(epoch: number, epochs: number): MemberState['run'] {
  const times = { startedAt: undefined, attemptStartedAt: undefined, endedAt: undefined };
  return {
    ...{ directory: '', experiment: 'gan', seed: 1, outcome: 'interrupted', reason: undefined },
    ...{ epoch, epochs, lastTestAccuracy: undefined, ...times, secondsLeft: undefined },
    ...{ secondsPerEpoch: undefined, checkpointBytes: 0, holder: undefined },
  };
}

describe('the queue', () => {
  it('hands out what takes longest first, of a member that goes on what is left of it', () => {
    const states = [
      stateOf(member(1)),
      stateOf(member(2)),
      // Of 50 are 50 · (1 − 2/5) = 30 left.
      stateOf(member(50), { standing: 'interrupted', run: runState(2, 5) }),
      stateOf(member(31)),
      stateOf(member(29)),
    ];
    const queue = new MemberQueue(states, { triesFor: triesWith(0), costOf: ({ seed }) => seed });
    expect(queue.standing.work).toEqual({ done: 20, waiting: 93 });
    expect(seedsOf(queue)).toEqual([31, 50, 29, 2, 1]);
    expect(queue.standing.work).toEqual({ done: 113, waiting: 0 });
  });

  it('leaves alone what is finished, held by another or has failed too often', () => {
    const states = [
      stateOf(member(1), { standing: 'finished' }),
      stateOf(member(2), { standing: 'running' }),
      stateOf(member(3), { standing: 'given-up', failures: 2 }),
      stateOf(member(4), { standing: 'failed', failures: 1 }),
      stateOf(member(5), { standing: 'interrupted', failures: 2 }),
    ];
    const queue = new MemberQueue(states, { triesFor: triesWith(1), costOf: () => 1 });
    const before = {
      members: 5,
      finished: 1,
      running: 0,
      waiting: 2,
      failed: 1,
      interrupted: 0,
      elsewhere: 1,
    };
    expect(queue.standing.tally).toEqual(before);
    expect(seedsOf(queue)).toEqual([4, 5]);
    expect(queue.standing.tally).toEqual({ ...before, finished: 3, waiting: 0 });
  });

  it('tries a member again after all others, until its retries are used up', () => {
    const states = [stateOf(member(1)), stateOf(member(2)), stateOf(member(3), { failures: 1 })];
    const queue = new MemberQueue(states, { triesFor: triesWith(1), costOf: () => 1 });
    const fail = (seed: number): boolean => {
      const taken = queue.take();
      expect(taken?.seed).toBe(seed);
      return taken !== undefined && queue.failed(taken);
    };
    expect([fail(1), fail(2), fail(3), fail(1), fail(2)]).toEqual([true, true, false, false, false]);
    expect(queue.take()).toBeUndefined();
    expect(queue.standing.tally).toMatchObject({ failed: 3, waiting: 0 });
  });

  it('tries what failed too often once more when asked to', () => {
    const states = [stateOf(member(1), { standing: 'given-up', failures: 9 })];
    const queue = new MemberQueue(states, { triesFor: tryOnce, costOf: () => 1 });
    const taken = queue.take();
    expect(taken && queue.failed(taken)).toBe(false);
    expect(queue.take()).toBeUndefined();
  });

  it('looks again at what another process held', () => {
    const [one, two, three] = [member(1), member(2), member(3)];
    const held = [one, two, three].map((each) => stateOf(each, { standing: 'running' }));
    const queue = new MemberQueue(held, { triesFor: triesWith(0), costOf: ({ seed }) => seed });
    expect(queue.take()).toBeUndefined();
    expect(queue.held).toEqual([one, two, three]);
    expect(queue.lookAgain([stateOf(two, { standing: 'running' })])).toBe(false);
    expect(queue.lookAgain([stateOf(two, { standing: 'finished' })])).toBe(false);
    const free = [stateOf(one, { standing: 'interrupted' }), stateOf(three)];
    expect(queue.lookAgain(free)).toBe(true);
    // Whoever looked at the same time finds the same, once.
    queue.lookAgain(free);
    expect(seedsOf(queue)).toEqual([3, 1]);
    expect(queue.standing.tally).toMatchObject({ finished: 3, elsewhere: 0 });
  });
});

const someState = fc.record({
  cost: fc.nat(20),
  failures: fc.nat(3),
  standing: fc.constantFrom('finished', 'running', 'waiting', 'interrupted', 'failed', 'given-up'),
});

/** How members that were taken end, one after another, again and again. */
const someEnds = fc.array(fc.constantFrom('finished', 'failed', 'interrupted', 'passedOver'), {
  minLength: 1,
});

interface Circumstances {
  readonly workers: number;
  readonly ends: readonly ('finished' | 'failed' | 'interrupted' | 'passedOver')[];
  /** After so many ends the queue is stopped; null: never. */
  readonly stopAfter: number | null;
}

/** Lets workers take and end members until nothing is left. @returns the members in the order of their starts */
function workOff(queue: MemberQueue, { workers, ends, stopAfter }: Circumstances): Member[] {
  const starts: Member[] = [];
  const running: Member[] = [];
  for (let ended = 0; ;) {
    if (ended === stopAfter) queue.stop();
    const taken = running.length < workers ? queue.take() : undefined;
    if (taken !== undefined) {
      expect(ended).not.toBe(stopAfter);
      expect(running).not.toContain(taken);
      running.push(taken);
      starts.push(taken);
      expect(queue.standing.tally.running).toBe(running.length);
      continue;
    }
    const done = running.shift();
    if (done === undefined) return starts;
    queue[ends[ended % ends.length] ?? 'finished'](done);
    ended += 1;
  }
}

const someCircumstances = fc.record({
  workers: fc.integer({ min: 1, max: 4 }),
  ends: someEnds,
  stopAfter: fc.option(fc.nat(10)),
});

describe('the laws of the queue', () => {
  it('hold whatever the members do, and however many are taken at a time', () => {
    const someStates = fc.array(someState, { maxLength: 12 });
    fc.assert(
      fc.property(someStates, fc.nat(2), someCircumstances, (made, retries, circumstances) => {
        const triesFor = triesWith(retries);
        const states = made.map((each, seed) => stateOf(member(seed), each));
        const costOf = ({ seed }: Member): number => made[seed]?.cost ?? 0;
        const queue = new MemberQueue(states, { triesFor, costOf });
        const starts = workOff(queue, circumstances).map(memberKey);

        // The longest first; what failed comes after all that were not tried yet.
        const firsts = [...new Set(starts)];
        const costs = firsts.map((key) => costOf(member(Number(key.split('-')[1]))));
        expect(costs).toEqual(costs.toSorted((a, b) => b - a));
        expect(starts.slice(0, firsts.length)).toEqual(firsts);
        // Each that is due at least once, and at most as often as it may fail.
        for (const state of states) {
          const times = starts.filter((key) => key === memberKey(state.member)).length;
          const isDue = !['finished', 'running'].includes(state.standing) && triesFor(state) > 0;
          expect(times).toBeLessThanOrEqual(isDue ? triesFor(state) : 0);
          if (circumstances.stopAfter === null) expect(times > 0).toBe(isDue);
        }
        const { members, ...places } = queue.standing.tally;
        expect(places.running).toBe(0);
        if (circumstances.stopAfter === null) expect(places.waiting).toBe(0);
        expect(members).toBe(states.length);
        expect(Object.values(places).reduce((sum, each) => sum + each, 0)).toBe(members);
      }),
    );
  });
});
