import type { SweepEvent, SweepTally, SweepWork } from '../sweep/events.js';
import { memberKey } from '../sweep/sweep.js';
import { sweepSecondsLeft } from '../sweep/time-left.js';

export type OfType<Type extends SweepEvent['type']> = Extract<SweepEvent, { type: Type }>;

/** How far a member is that a worker has. */
export interface MemberProgress {
  readonly key: string;
  readonly worker: number;
  /** Completed epochs. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of its steps, in [0, 1]. */
  readonly share: number;
  readonly testAccuracy: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** A point on the way of a member: when (in milliseconds), and how much of it was done. */
interface Mark {
  readonly at: number;
  readonly share: number;
}

interface Running {
  progress: MemberProgress;
  readonly cost: number;
  readonly start: Mark;
  /** The first word of the worker: what it took to load before says nothing of what is left. */
  first: Mark | undefined;
  latest: Mark;
}

/** How far a whole sweep is, by its events. */
export class SweepProgress {
  readonly #now: () => number;
  readonly #workers: number;
  readonly #running = new Map<string, Running>();
  /** What members that have finished took, loading included. */
  #spent = { seconds: 0, cost: 0 };
  #tally: SweepTally;
  #work: SweepWork;

  /** @param now - The clock in milliseconds. */
  constructor({ workers, tally, work }: OfType<'sweep-started'>, now: () => number) {
    this.#workers = workers;
    this.#tally = tally;
    this.#work = work;
    this.#now = now;
  }

  get tally(): SweepTally {
    return this.#tally;
  }

  /** Whether a member runs or waits. */
  get isUnderWay(): boolean {
    return this.#tally.running + this.#tally.waiting > 0;
  }

  /** Those that workers have, by worker. */
  get members(): MemberProgress[] {
    return [...this.#running.values()].map(({ progress }) => progress).sort((a, b) => a.worker - b.worker);
  }

  /** Which part of the work is done, in [0, 1]. */
  get share(): number {
    const running = [...this.#running.values()];
    const done = sum(running.map(({ cost, progress }) => cost * progress.share)) + this.#work.done;
    const all = done + this.#costLeft;
    return all === 0 ? 1 : done / all;
  }

  /** See {@link sweepSecondsLeft}. A member that runs counts from its first word on, one that has finished as a whole. */
  get secondsLeft(): number | undefined {
    return sweepSecondsLeft({
      costLeft: this.#costLeft,
      secondsPerUnit: this.#secondsPerUnit,
      workers: this.#workers,
      membersLeft: this.members.map(({ secondsLeft }) => secondsLeft),
    });
  }

  on(event: SweepEvent): void {
    if ('tally' in event) [this.#tally, this.#work] = [event.tally, event.work];
    if (event.type === 'member-started') this.#start(event);
    else if (event.type === 'member-progress') this.#advance(event);
    else if (event.type === 'member-finished') this.#finish(memberKeyOf(event));
    else if (event.type === 'member-failed' || event.type === 'member-interrupted')
      this.#running.delete(memberKeyOf(event));
  }

  member(event: Pick<OfType<'member-started'>, 'member' | 'seed'>): MemberProgress | undefined {
    return this.#running.get(memberKeyOf(event))?.progress;
  }

  get #costLeft(): number {
    const running = [...this.#running.values()];
    return this.#work.waiting + sum(running.map(({ cost, progress }) => cost * (1 - progress.share)));
  }

  get #secondsPerUnit(): number | undefined {
    let { seconds, cost } = this.#spent;
    for (const { first, latest, cost: whole } of this.#running.values()) {
      if (first === undefined) continue;
      seconds += (latest.at - first.at) / 1000;
      cost += whole * (latest.share - first.share);
    }
    return cost > 0 ? seconds / cost : undefined;
  }

  #start(event: OfType<'member-started'>): void {
    const { worker, epoch, epochs, cost } = event;
    const key = memberKeyOf(event);
    const share = epochs === 0 ? 0 : epoch / epochs;
    const start = { at: this.#now(), share };
    const progress = { key, worker, epoch, epochs, share, testAccuracy: undefined, secondsLeft: undefined };
    this.#running.set(key, { progress, cost, start, first: undefined, latest: start });
  }

  #advance(event: OfType<'member-progress'>): void {
    const key = memberKeyOf(event);
    const running = this.#running.get(key);
    if (running === undefined) return;
    const { worker, epoch, epochs, step, totalSteps, testAccuracy, secondsLeft } = event;
    const share = totalSteps === 0 ? 0 : step / totalSteps;
    running.progress = { key, worker, epoch, epochs, share, testAccuracy, secondsLeft };
    running.latest = { at: this.#now(), share };
    running.first ??= running.latest;
  }

  #finish(key: string): void {
    const running = this.#running.get(key);
    if (running === undefined) return;
    this.#spent.seconds += (this.#now() - running.start.at) / 1000;
    this.#spent.cost += running.cost * (1 - running.start.share);
    this.#running.delete(key);
  }
}

export function memberKeyOf({ member, seed }: { readonly member: string; readonly seed: number }): string {
  return memberKey({ name: member, seed });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
