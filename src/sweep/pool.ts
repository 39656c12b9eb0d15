import { setTimeout as pause } from 'node:timers/promises';
import { UserError } from '../errors.js';
import type { LockHolder } from '../record/lock.js';
import type { SweepEvent } from './events.js';
import { labelsOf, Ledger, type Assignment } from './ledger.js';
import { MemberQueue, type QueueOptions } from './queue.js';
import { memberState, type MemberState } from './state.js';
import { memberKey, type Member, type Sweep } from './sweep.js';
import type { Share } from './share.js';
import type { StartWorker, Worker, WorkerEnd, WorkerNews } from './worker.js';

/** For so long a process of this machine that holds a member is waited for: it may be saving its last checkpoint. */
const GRACE_SECONDS = 10;
/** How long until folders that others hold are looked at again. */
const PAUSE_SECONDS = 0.2;
/** A member that so many workers found held, though its folder looked free, is passed over for good. */
const MOST_REFUSALS = 3;

export interface PoolOptions extends QueueOptions {
  readonly sweep: Sweep;
  /** The frozen members, `sweep.json`, for the workers. */
  readonly file: string;
  /** How those members stand that this command is about. */
  readonly states: readonly MemberState[];
  readonly start: StartWorker;
  /** A worker for each. */
  readonly shares: readonly Share[];
  /** Options that are handed on to the workers. */
  readonly args: readonly string[];
  /** A member that failed stops the others, with checkpoints. */
  readonly failFast: boolean;
  /** Asks the workers to save a checkpoint and end. */
  readonly signal: AbortSignal;
  /** Ends them at once. */
  readonly killSignal: AbortSignal;
  readonly graceSeconds?: number;
}

/** Since when a member is held by another, in seconds of this process, and how many workers it turned away. */
interface Hold {
  readonly since: number;
  refusals: number;
}

/** Workers that train what a queue hands out. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #tell: (event: SweepEvent) => void;
  readonly #queue: MemberQueue;
  readonly #ledger: Ledger;
  readonly #workers = new Set<Worker>();
  readonly #holds = new Map<string, Hold>();
  /** Members that a worker is to have though another machine seems to: its lock tells whether that one still lives. */
  readonly #doubted = new Set<string>();
  #isStopping = false;

  constructor(options: PoolOptions, tell: (event: SweepEvent) => void) {
    this.#options = options;
    this.#tell = tell;
    this.#queue = new MemberQueue(options.states, options);
    this.#ledger = new Ledger(options.sweep, this.#queue, tell);
  }

  /** Trains until nothing is left that can be trained now. */
  async work(): Promise<void> {
    const { sweep, shares, states, signal, killSignal } = this.#options;
    const stop = (): void => {
      this.stopAll();
    };
    const kill = (): void => {
      this.killAll();
    };
    signal.addEventListener('abort', stop);
    killSignal.addEventListener('abort', kill);
    if (signal.aborted) stop();
    const threads = Math.max(0, ...shares.map((share) => share.threads));
    const { name, directory } = sweep;
    this.#tell({
      ...{ type: 'sweep-started', sweep: name, directory, workers: shares.length, threads },
      ...this.#queue.standing,
    });
    for (const { member, standing, holder } of states) {
      if (standing === 'running') this.#passOver(member, describeHolder(holder));
    }
    await this.#workAll().finally(() => {
      signal.removeEventListener('abort', stop);
      killSignal.removeEventListener('abort', kill);
    });
    this.#tell({ type: 'sweep-finished', ...this.#queue.standing });
  }

  /** Lets the workers save a checkpoint and end; nothing new is started. */
  stopAll(): void {
    this.#isStopping = true;
    this.#queue.stop();
    for (const worker of this.#workers) worker.stop();
  }

  /** Ends the workers at once; nothing new is started. */
  killAll(): void {
    this.#isStopping = true;
    this.#queue.stop();
    for (const worker of this.#workers) worker.kill();
  }

  /** What goes wrong in one lane ends all workers before it is thrown. */
  async #workAll(): Promise<void> {
    const lanes = this.#options.shares.map(async (share, worker) => {
      try {
        await this.#workOn(share, worker);
      } catch (error) {
        this.killAll();
        throw error;
      }
    });
    for (const lane of await Promise.allSettled(lanes)) {
      if (lane.status === 'rejected') throw lane.reason;
    }
  }

  async #workOn(share: Share, worker: number): Promise<void> {
    for (;;) {
      const member = this.#queue.take();
      if (member !== undefined) await this.#train({ member, worker }, share);
      else if (!(await this.#isAnyFreed())) return;
    }
  }

  /** Whether a member that others held is due now. */
  async #isAnyFreed(): Promise<boolean> {
    const { signal } = this.#options;
    for (;;) {
      const held = this.#queue.held.filter((member) => this.#hold(member).refusals < MOST_REFUSALS);
      if (this.#isStopping || held.length === 0) return false;
      const states = await Promise.all(held.map((member) => this.#look(member)));
      if (this.#queue.lookAgain(states.map((state) => this.#doubt(state)))) return true;
      if (!states.some((state) => this.#mayEndSoon(state))) return false;
      await pause(1000 * PAUSE_SECONDS, undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * From here a holder on another machine cannot be seen. Whoever asks for its lock watches it for signs of life, so
   * when nothing else is left to do, one worker is sent to find out.
   */
  #doubt(state: MemberState): MemberState {
    const { member, standing, holder } = state;
    const key = memberKey(member);
    if (standing !== 'running' || holder?.isHere !== false || this.#doubted.has(key)) return state;
    this.#doubted.add(key);
    return { ...state, standing: 'interrupted' };
  }

  #mayEndSoon({ member, standing, holder }: MemberState): boolean {
    const { graceSeconds = GRACE_SECONDS } = this.#options;
    if (standing !== 'running' || holder?.isHere !== true) return false;
    return seconds() - this.#hold(member).since < graceSeconds;
  }

  #isDoubted({ member, holder }: MemberState): boolean {
    return holder?.isHere === false && this.#doubted.has(memberKey(member));
  }

  #hold(member: Member): Hold {
    const key = memberKey(member);
    const hold = this.#holds.get(key) ?? { since: seconds(), refusals: 0 };
    this.#holds.set(key, hold);
    return hold;
  }

  #passOver(member: Member, reason: string): Hold {
    this.#ledger.passedOver(member, reason);
    return this.#hold(member);
  }

  /** How the member stands may have changed since the command began: several commands may work on one sweep. */
  async #train(assignment: Assignment, share: Share): Promise<void> {
    const { member } = assignment;
    const state = await this.#look(member);
    if (this.#isStopping) this.#queue.notStarted(member);
    else if (state.standing === 'finished') await this.#ledger.finished(assignment);
    else if (state.standing === 'running' && !this.#isDoubted(state))
      this.#passOver(member, describeHolder(state.holder));
    else if (state.problems.length === 0)
      await this.#end(assignment, await this.#run(state, assignment, share));
    else {
      const reason = `${member.directory}: ${state.problems.join('; ')}`;
      await this.#end(assignment, { outcome: 'failed', reason, lastLines: [] });
    }
  }

  #run({ run }: MemberState, assignment: Assignment, share: Share): Promise<WorkerEnd> {
    const { file, args, start } = this.#options;
    const { member } = assignment;
    const labels = labelsOf(assignment);
    const epochs = run?.epochs ?? member.config.epochs;
    const cost = this.#queue.costOf(member);
    this.#tell({
      ...{ type: 'member-started', ...labels, epoch: run?.epoch ?? 0, epochs, cost },
      ...this.#queue.standing,
    });
    const onNews = (news: WorkerNews): void => {
      if (news.type === 'note') this.#tell({ type: 'member-note', ...labels, line: news.line });
      else this.#tell({ ...news, type: 'member-progress', ...labels });
    };
    const worker = start({ file, member, share, args, onNews });
    this.#workers.add(worker);
    return worker.ended.finally(() => this.#workers.delete(worker));
  }

  async #end(assignment: Assignment, end: WorkerEnd): Promise<void> {
    const { failFast, killSignal } = this.#options;
    if (end.outcome === 'held') this.#passOver(assignment.member, end.reason).refusals += 1;
    else if (end.outcome === 'finished') await this.#ledger.finished(assignment);
    else if (end.outcome === 'failed' && !killSignal.aborted) {
      if (failFast) this.stopAll();
      await this.#ledger.failed(assignment, end);
      // What was killed because it was asked for did not fail.
    } else await this.#ledger.interrupted(assignment);
  }

  /** How a member stands now; a folder that cannot be looked at concerns no other member. */
  async #look(member: Member): Promise<MemberState> {
    try {
      return await memberState(this.#options.sweep, member);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const unknown = { run: undefined, failures: 0, holder: undefined };
      return { member, standing: 'damaged', ...unknown, problems: [error.message] };
    }
  }
}

function seconds(): number {
  return performance.now() / 1000;
}

/** Who holds a folder, in words. */
export function describeHolder(holder: LockHolder | undefined): string {
  if (holder === undefined) return 'another process has it';
  const { host, pid, isHere, lockedAt } = holder;
  return `process ${pid}${isHere ? '' : ` on the machine "${host}"`} has it since ${lockedAt}`;
}
