import type { SweepEvent, SweepTally } from '../../src/sweep/events.js';

/** Of four members, of which this many stand so; the others wait. */
export function tallyOf(changes: Partial<SweepTally> = {}): SweepTally {
  const some = { finished: 0, running: 0, failed: 0, interrupted: 0, elsewhere: 0, ...changes };
  const waiting = 4 - Object.values(some).reduce((sum, each) => sum + each, 0);
  return { members: 4, waiting, ...some };
}

type Of<Type extends SweepEvent['type']> = Extract<SweepEvent, { type: Type }>;

/** Each member costs 10. */
const waiting = (tally: SweepTally) => ({ done: 10 * tally.finished, waiting: 10 * tally.waiting });

const standing = (changes: Partial<SweepTally>) => {
  const tally = tallyOf(changes);
  return { tally, work: waiting(tally) };
};

/** Four members, two workers of one thread. */
export function sweepStarted(changes: Partial<SweepTally> = {}): Of<'sweep-started'> {
  const place = { sweep: 'toy', directory: 'results/toy', workers: 2, threads: 1 };
  return { type: 'sweep-started', ...place, ...standing(changes) };
}

const of = (seed: number, worker: number) => ({ member: 'gan', seed, worker });

/** Of four epochs of ten steps. */
export function memberStarted(
  seed: number,
  worker: number,
  changes: Partial<SweepTally> = {},
  epoch = 0,
): Of<'member-started'> {
  return { type: 'member-started', ...of(seed, worker), epoch, epochs: 4, cost: 10, ...standing(changes) };
}

export function memberProgress(
  seed: number,
  worker: number,
  step: number,
  secondsLeft?: number,
): Of<'member-progress'> {
  const epoch = Math.floor(step / 10);
  const testAccuracy = epoch === 0 ? undefined : epoch / 10;
  return {
    type: 'member-progress',
    ...of(seed, worker),
    epoch,
    epochs: 4,
    step,
    totalSteps: 40,
    testAccuracy,
    secondsLeft,
  };
}

export function memberFinished(
  seed: number,
  worker: number,
  changes: Partial<SweepTally>,
): Of<'member-finished'> {
  return { type: 'member-finished', ...of(seed, worker), testAccuracy: 0.4567, ...standing(changes) };
}

export function memberInterrupted(
  seed: number,
  worker: number,
  changes: Partial<SweepTally>,
): Of<'member-interrupted'> {
  return { type: 'member-interrupted', ...of(seed, worker), ...standing(changes) };
}

export function memberFailed(
  seed: number,
  worker: number,
  isTriedAgain: boolean,
  changes: Partial<SweepTally>,
): Of<'member-failed'> {
  const words = { reason: 'it ran out of memory (SIGKILL)', lastLines: ['epoch 1', '\u001b[31mkilled'] };
  return { type: 'member-failed', ...of(seed, worker), ...words, isTriedAgain, ...standing(changes) };
}

export function memberPassedOver(seed: number, changes: Partial<SweepTally>): Of<'member-passed-over'> {
  const reason = 'is in use by process 7 on the machine "elsewhere"';
  return { type: 'member-passed-over', member: 'gan', seed, reason, ...standing(changes) };
}

export function memberNote(seed: number, worker: number, line: string): Of<'member-note'> {
  return { type: 'member-note', ...of(seed, worker), line };
}

export function sweepFinished(changes: Partial<SweepTally>): Of<'sweep-finished'> {
  return { type: 'sweep-finished', ...standing(changes) };
}
