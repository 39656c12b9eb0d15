import { UserError } from '../errors.js';
import type { SweepEvent } from './events.js';
import type { MemberQueue } from './queue.js';
import { writeNamedSummary, type NamedSummary } from './summaries.js';
import type { Member, Sweep } from './sweep.js';
import type { WorkerEnd } from './worker.js';

/** A member that a worker has or had. */
export interface Assignment {
  readonly member: Member;
  /** From 0 on. */
  readonly worker: number;
}

/** What events say of a member and its worker. */
export function labelsOf({ member: { name, seed }, worker }: Assignment) {
  return { member: name, seed, worker };
}

/** Keeps queue, summaries and events in step with how members end. */
export class Ledger {
  readonly #sweep: Sweep;
  readonly #queue: MemberQueue;
  readonly #tell: (event: SweepEvent) => void;
  /** The summary that is being written: only one at a time, lest an older one replaces a newer. */
  #summary: Promise<unknown> = Promise.resolve();

  constructor(sweep: Sweep, queue: MemberQueue, tell: (event: SweepEvent) => void) {
    this.#sweep = sweep;
    this.#queue = queue;
    this.#tell = tell;
  }

  async finished(assignment: Assignment): Promise<void> {
    const { member } = assignment;
    this.#queue.finished(member);
    const summary = await this.#summarize(assignment);
    const own = summary?.seeds.find(({ seed }) => seed === member.seed);
    this.#tell({
      ...{ type: 'member-finished', ...labelsOf(assignment) },
      testAccuracy: own?.result?.lastTestAccuracy,
      ...this.#queue.standing,
    });
  }

  async interrupted(assignment: Assignment): Promise<void> {
    this.#queue.interrupted(assignment.member);
    this.#tell({ type: 'member-interrupted', ...labelsOf(assignment), ...this.#queue.standing });
    await this.#summarize(assignment);
  }

  async failed(assignment: Assignment, end: Extract<WorkerEnd, { outcome: 'failed' }>): Promise<void> {
    const { reason, lastLines } = end;
    const isTriedAgain = this.#queue.failed(assignment.member);
    const { standing } = this.#queue;
    this.#tell({
      type: 'member-failed',
      ...labelsOf(assignment),
      reason,
      lastLines,
      isTriedAgain,
      ...standing,
    });
    await this.#summarize(assignment);
  }

  passedOver(member: Member, reason: string): void {
    this.#queue.passedOver(member);
    const { name, seed } = member;
    this.#tell({ type: 'member-passed-over', member: name, seed, reason, ...this.#queue.standing });
  }

  /** A summary that cannot be written ends nothing: it is written once more when the sweep is over. */
  async #summarize(assignment: Assignment): Promise<NamedSummary | undefined> {
    const written = this.#summary.then(() => writeNamedSummary(this.#sweep, assignment.member.name));
    this.#summary = written.catch(() => undefined);
    try {
      return await written;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#tell({ type: 'member-note', ...labelsOf(assignment), line: error.message });
      return undefined;
    }
  }
}
