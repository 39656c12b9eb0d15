import { UserError } from '../errors.js';
import { makeFolder } from '../support/folder.js';
import { processPlace } from '../support/processes.js';
import { hasCode, readError, reasonOf } from './files.js';
import { startHeartbeat } from './heartbeat.js';
import { acquireLock } from './lock-acquire.js';
import { isThere, locksIn, removeLock, type FoundLock, type LockOwner } from './lock-file.js';
import { holderName, lostLock } from './lock-messages.js';
import { realWorld, whereaboutsOf } from './lock-world.js';

/*
 * Why not proper-lockfile: it holds a lock by touching it from a timer and calls a lock stale that was not touched for
 * some seconds. A training step can block the event loop for longer than that, and a killed run's lock would stand in
 * the way until the time is over. Here a lock names the process that holds it, and on one machine it is stale exactly
 * when that process is gone. From another machine only its signs of life can be seen: see LockWatch.
 */

export interface RunLock {
  /**
   * To be asked before anything is written into the folder.
   * @throws UserError `io` when the folder is no longer this process's: it must not write any more
   */
  readonly confirm: () => Promise<void>;
  /** Gives the folder free; a second call does nothing. */
  release(): Promise<void>;
}

/** The process that holds a run folder. */
export interface LockHolder extends Pick<LockOwner, 'host' | 'pid' | 'lockedAt'> {
  /** On this machine, where it was seen to run; of another machine there is only the lock's word. */
  readonly isHere: boolean;
  /** Its last sign of life, by the clock of its machine; undefined in locks of versions that gave none. */
  readonly beatAt: string | undefined;
  /** Number of the SLURM job that it works for. */
  readonly slurmJob: string | undefined;
}

export interface LockTiming {
  /** Between two signs of life. */
  readonly beatMilliseconds: number;
  /** Between two looks at a lock of another machine, at least. */
  readonly lookMilliseconds: number;
  /** A holder on another machine that gave no sign of life in so many looks is taken to be gone. */
  readonly looks: number;
}

/** Two minutes: a network folder may hang for one, and then takes its time to come back. */
const TIMING: LockTiming = { beatMilliseconds: 10_000, lookMilliseconds: 5000, looks: 24 };

export interface LockOptions {
  /**
   * Whether to wait, where a process of another machine holds the folder, to see whether it still gives signs of life;
   * without it such a folder is refused, unless the scheduler says that the job is over.
   */
  readonly wait?: {
    /** Ends the waiting; its reason is then thrown. */
    readonly signal: AbortSignal;
    /** Told, in words, what is waited for and for how long at most. */
    readonly onWait: (text: string) => void;
  };
  /** For tests. All processes that share a folder must have the same. */
  readonly timing?: LockTiming;
}

/**
 * Takes the lock of a run folder (made if missing). A lock whose process is gone, by kill -9 for example, is taken over
 * at once; a number that the system has since given to another process is recognised by its start time (on Linux). So is
 * one whose SLURM job is over, or requeued. One of another machine is taken over when it is silent for long enough.
 * @throws HeldError when another process holds the folder; UserError `io` when it cannot be written
 */
export async function lockRunDirectory(
  directory: string,
  { wait, timing = TIMING }: LockOptions = {},
): Promise<RunLock> {
  const { lookMilliseconds, looks, beatMilliseconds } = timing;
  const seconds = Math.ceil((lookMilliseconds * looks) / 1000);
  const world = await realWorld({
    wait: wait && {
      signal: wait.signal,
      onWait: ({ owner }) => {
        wait.onWait(
          `waiting up to ${seconds} s to see whether ${holderName(owner)} still works in ${directory}`,
        );
      },
    },
    lookMilliseconds,
    looks,
  });
  try {
    await makeFolder(directory);
    return held(directory, await acquireLock(directory, world), beatMilliseconds);
  } catch (error) {
    if (error instanceof UserError || (wait?.signal.aborted === true && error === wait.signal.reason))
      throw error;
    throw new UserError(
      'io',
      `${directory}: could not be locked for this run: ${reasonOf(error)}. Mend that, or choose another folder with --out.`,
      { cause: error },
    );
  }
}

function held(directory: string, lock: FoundLock, everyMilliseconds: number): RunLock {
  const { file, owner } = lock;
  const last = Date.parse(owner.lockedAt);
  const stopHeartbeat = startHeartbeat({ file, token: owner.token, last, everyMilliseconds });
  return {
    async confirm() {
      if (await isThere(lock)) return;
      stopHeartbeat();
      const [taker] = await locksIn(directory).catch(() => []);
      throw lostLock(directory, file, taker);
    },
    async release() {
      stopHeartbeat();
      try {
        await removeLock(lock);
      } catch {
        // A lock that stays is taken over once this process is gone; it must not cost what was done under it.
      }
    },
  };
}

/**
 * Who works in a run folder; it is only looked at. A lock of another machine counts, whether or not its process is gone.
 * @returns undefined when nobody does, or there is no such folder
 * @throws UserError `io` when a lock or the folder cannot be read
 */
export async function lockHolder(directory: string): Promise<LockHolder | undefined> {
  const locks = await locksIn(directory).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error instanceof UserError ? error : readError(directory, error);
  });
  const place = locks.length === 0 ? undefined : await processPlace();
  for (const { owner } of locks) {
    const whereabouts = await whereaboutsOf(owner, place);
    if (whereabouts === 'gone') continue;
    const { host, pid, lockedAt, beatAt, slurm } = owner;
    return { host, pid, lockedAt, isHere: whereabouts === 'here', beatAt, slurmJob: slurm?.id };
  }
  return undefined;
}
