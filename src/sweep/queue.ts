import type { SweepTally, SweepWork } from './events.js';
import type { MemberStanding, MemberState } from './state.js';
import { memberKey, type Member } from './sweep.js';

type Place = Exclude<keyof SweepTally, 'members'>;

interface Entry {
  readonly member: Member;
  place: Place;
  /** How often it may yet be started until it has failed for good. */
  tries: number;
  /** What the whole member costs. */
  readonly cost: number;
  /** What of that was left when it was last looked at; the longest comes first. */
  readonly left: number;
}

export interface QueueOptions {
  /** How often a command may start a member that stands so until it has failed for good; 0 leaves it alone. */
  readonly triesFor: (state: MemberState) => number;
  /** What a whole member costs, in whatever unit: only their order counts. */
  readonly costOf: (member: Member) => number;
}

/** `sweep run`: a failure is followed by so many retries, counted over all commands. One that was stopped goes on anyway. */
export function triesWith(retries: number): (state: MemberState) => number {
  return ({ standing, failures }) => {
    const left = Math.max(retries + 1 - failures, 0);
    return standing === 'interrupted' ? Math.max(left, 1) : left;
  };
}

/** `sweep retry`: once more, however often it has failed. */
export function tryOnce(): number {
  return 1;
}

/** Whether a member that stands so may come to be trained: it is due, or others hold it now. */
export function isOpen(state: MemberState, triesFor: QueueOptions['triesFor']): boolean {
  return ['waiting', 'elsewhere'].includes(placeOf(state.standing, triesFor(state)));
}

/** Which part of a member is still to be trained. */
function remainingShare({ run }: MemberState): number {
  if (run?.epochs === undefined) return 1;
  return Math.max(1 - run.epoch / run.epochs, 0);
}

/**
 * Which member a worker takes next: the one of which most is left to do, and those that failed after all others. It
 * knows how every member stands; what is done about it is for others.
 */
export class MemberQueue {
  readonly #options: QueueOptions;
  readonly #entries = new Map<string, Entry>();
  #due: Entry[] = [];
  #isStopped = false;

  constructor(states: readonly MemberState[], options: QueueOptions) {
    this.#options = options;
    this.#place(states);
  }

  /** How the sweep stands, for its events. */
  get standing(): { readonly tally: SweepTally; readonly work: SweepWork } {
    return { tally: this.#tally(), work: this.#work() };
  }

  #tally(): SweepTally {
    const places = [...this.#entries.values()].map(({ place }) => place);
    const count = (wanted: Place): number => places.filter((place) => place === wanted).length;
    return {
      members: places.length,
      finished: count('finished'),
      running: count('running'),
      waiting: count('waiting'),
      failed: count('failed'),
      interrupted: count('interrupted'),
      elsewhere: count('elsewhere'),
    };
  }

  #work(): SweepWork {
    const work = { done: 0, waiting: 0 };
    for (const { place, cost, left } of this.#entries.values()) {
      if (place !== 'running') work.done += place === 'finished' ? cost : cost - left;
      if (place === 'waiting') work.waiting += left;
    }
    return work;
  }

  costOf(member: Member): number {
    return this.#entry(member).cost;
  }

  /** Those that were held by another process when they were last looked at. */
  get held(): Member[] {
    return [...this.#entries.values()]
      .filter(({ place }) => place === 'elsewhere')
      .map(({ member }) => member);
  }

  /** The next member, which is now running; undefined where none is due. */
  take(): Member | undefined {
    if (this.#isStopped) return undefined;
    const entry = this.#due.shift();
    if (entry === undefined) return undefined;
    entry.place = 'running';
    return entry.member;
  }

  /** From now on no member is due. */
  stop(): void {
    this.#isStopped = true;
  }

  finished(member: Member): void {
    this.#entry(member).place = 'finished';
  }

  interrupted(member: Member): void {
    this.#entry(member).place = 'interrupted';
  }

  /** It was taken, and then not started. */
  notStarted(member: Member): void {
    this.#entry(member).place = 'waiting';
  }

  /** Another process has it. */
  passedOver(member: Member): void {
    this.#entry(member).place = 'elsewhere';
  }

  /** @returns whether it will be tried again */
  failed(member: Member): boolean {
    const entry = this.#entry(member);
    entry.tries -= 1;
    const isTriedAgain = entry.tries > 0 && !this.#isStopped;
    entry.place = isTriedAgain ? 'waiting' : 'failed';
    if (isTriedAgain) this.#due.push(entry);
    return isTriedAgain;
  }

  /** Places members that were held by how they stand now. @returns whether one of them is due */
  lookAgain(states: readonly MemberState[]): boolean {
    this.#place(states.filter(({ member }) => this.#entry(member).place === 'elsewhere'));
    return this.#due.length > 0 && !this.#isStopped;
  }

  #place(states: readonly MemberState[]): void {
    const entries = states.map((state) => this.#newEntry(state));
    for (const entry of entries) this.#entries.set(memberKey(entry.member), entry);
    const due = entries.filter(({ place }) => place === 'waiting').sort((a, b) => b.left - a.left);
    this.#due.push(...due);
  }

  #newEntry(state: MemberState): Entry {
    const { member, standing } = state;
    const cost = this.#options.costOf(member);
    const left = cost * remainingShare(state);
    const tries = this.#options.triesFor(state);
    return { member, place: placeOf(standing, tries), tries, cost, left };
  }

  #entry(member: Member): Entry {
    const entry = this.#entries.get(memberKey(member));
    if (entry === undefined) throw new Error(`${memberKey(member)} is no member of this queue`);
    return entry;
  }
}

function placeOf(standing: MemberStanding, tries: number): Place {
  if (standing === 'finished') return 'finished';
  if (standing === 'running') return 'elsewhere';
  return tries > 0 ? 'waiting' : 'failed';
}
