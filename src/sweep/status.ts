import type { LockHolder } from '../record/lock.js';
import type { RunState } from '../record/run-state.js';
import type { JobState } from './slurm/queue.js';
import { MEMBER_STANDINGS, memberStates, strangers, type MemberStanding, type MemberState } from './state.js';
import { memberKey, type Member, type Sweep } from './sweep.js';
import { sweepSecondsLeft } from './time-left.js';

/** How a member stands, for people and programs. */
export interface MemberStatus {
  readonly member: string;
  readonly seed: number;
  readonly directory: string;
  readonly standing: MemberStanding;
  /** Why it failed, what is damaged or what differs. */
  readonly reason: string | undefined;
  readonly failures: number;
  /** Completed epochs. */
  readonly epoch: number;
  readonly epochs: number;
  /** After the last completed epoch, in [0, 1]. */
  readonly lastTestAccuracy: number | undefined;
  /** The same of the validation images; absent where there are none. */
  readonly lastValidationAccuracy?: RunState['lastValidationAccuracy'];
  /** The epoch with the highest validation accuracy so far. */
  readonly best?: RunState['best'];
  /** When it was started last if it runs, else when it ended; ISO 8601 in UTC. */
  readonly since: string | undefined;
  readonly secondsLeft: number | undefined;
  /** Who trains it. */
  readonly holder: LockHolder | undefined;
  /** Its job in SLURM's queue. */
  readonly job: JobState | undefined;
}

/** How a sweep stands. */
export interface SweepStatus {
  readonly sweep: string;
  readonly file: string;
  readonly directory: string;
  /** How many members stand so, by standing. */
  readonly tally: Readonly<Record<string, number>>;
  /** See {@link wholeSecondsLeft}. */
  readonly secondsLeft: number | undefined;
  /** In the order of the sweep. */
  readonly members: readonly MemberStatus[];
  /** Runs in its folder that are of no member. */
  readonly strangers: readonly RunState[];
}

/**
 * How a sweep stands, as its run folders tell it. Nothing is written, and members may be trained meanwhile.
 * @param costOf What a whole member costs, in whatever unit.
 * @param queue The jobs of members in SLURM's queue, by their keys.
 * @throws UserError `io` when a folder or lock cannot be looked at
 */
export async function sweepStatus(
  sweep: Sweep,
  costOf: (member: Member) => number,
  queue: ReadonlyMap<string, JobState> = new Map(),
): Promise<SweepStatus> {
  const states = await memberStates(sweep);
  const members = states.map((state) => ({ ...statusOf(state), job: queue.get(memberKey(state.member)) }));
  const tally = MEMBER_STANDINGS.map((word): [string, number] => [
    word,
    members.filter(({ standing }) => standing === word).length,
  ]);
  return {
    sweep: sweep.name,
    file: sweep.file,
    directory: sweep.directory,
    tally: Object.fromEntries(tally),
    secondsLeft: wholeSecondsLeft(states, costOf),
    members,
    strangers: await strangers(sweep),
  };
}

function statusOf({
  member,
  standing,
  run,
  failures,
  holder,
  problems,
}: MemberState): Omit<MemberStatus, 'job'> {
  const { name, seed, directory, config } = member;
  const { epoch, epochs, lastTestAccuracy, secondsLeft, reason } = run ?? none;
  return {
    ...{ member: name, seed, directory, standing, failures, epoch, lastTestAccuracy, secondsLeft, holder },
    ...{ lastValidationAccuracy: run?.lastValidationAccuracy, best: run?.best },
    reason: problems.length > 0 ? problems.join('; ') : reason,
    epochs: epochs ?? config.epochs,
    since: standing === 'running' ? (run?.attemptStartedAt ?? holder?.lockedAt) : run?.endedAt,
  };
}

/** How far a member is that has not begun. */
const none = {
  epoch: 0,
  epochs: undefined,
  lastTestAccuracy: undefined,
  secondsLeft: undefined,
  reason: undefined,
} as const;

/** Those that will be trained without another word. */
const GO_ON: ReadonlySet<MemberStanding> = new Set(['running', 'waiting', 'interrupted', 'failed']);

/**
 * As {@link sweepSecondsLeft}, by the mean seconds of an epoch of each member that has trained some, with as many workers
 * as members are running; undefined where none is.
 */
function wholeSecondsLeft(
  states: readonly MemberState[],
  costOf: (member: Member) => number,
): number | undefined {
  const running = states.filter(({ standing }) => standing === 'running');
  if (running.length === 0) return undefined;
  let [costLeft, seconds, cost] = [0, 0, 0];
  for (const { member, standing, run } of states) {
    const whole = costOf(member);
    const epochs = run?.epochs ?? member.config.epochs;
    if (GO_ON.has(standing)) costLeft += whole * (1 - Math.min((run?.epoch ?? 0) / epochs, 1));
    if (run?.secondsPerEpoch === undefined) continue;
    seconds += run.secondsPerEpoch;
    cost += whole / epochs;
  }
  return sweepSecondsLeft({
    costLeft,
    secondsPerUnit: cost > 0 ? seconds / cost : undefined,
    workers: running.length,
    membersLeft: running.map(({ run }) => run?.secondsLeft),
  });
}
