import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { isRunning, processPlace, processStart } from '../support/processes.js';
import type { FoundLock, LockOwner } from './lock-file.js';
import { currentSlurmJob, hasEnded } from './slurm-job.js';

/**
 * Where a lock's process is. `here`: on this machine, where it runs; `elsewhere`: where that cannot be seen; `gone`: it
 * was here, and ended.
 */
export type Whereabouts = 'here' | 'elsewhere' | 'gone';

/** What a starter knows of itself and the others but for the files; tests have worlds of their own. */
export interface LockWorld {
  /** This process, as the holder of a new lock. */
  readonly self: () => LockOwner;
  readonly whereabouts: (owner: LockOwner) => Promise<Whereabouts>;
  /** Whether the scheduler says that the holder's job is over. */
  readonly isJobOver: (owner: LockOwner) => Promise<boolean>;
  /** Waits for at least as long as a look takes; absent where a starter does not wait for signs of life. */
  readonly pause: (() => Promise<void>) | undefined;
  /** Told once of each lock whose holder's sign of life is waited for. */
  readonly onWait: (lock: FoundLock) => void;
  /** A holder that gave no sign of life for so many looks in a row is gone. */
  readonly looks: number;
}

export interface WorldOptions {
  readonly wait: { readonly signal: AbortSignal; readonly onWait: (lock: FoundLock) => void } | undefined;
  readonly lookMilliseconds: number;
  readonly looks: number;
}

/** The world as it is. Its `pause` rejects with the signal's reason. */
export async function realWorld({ wait, lookMilliseconds, looks }: WorldOptions): Promise<LockWorld> {
  const place = await processPlace();
  const start = await processStart(process.pid);
  return {
    self() {
      const now = new Date().toISOString();
      return {
        host: hostname(),
        pid: process.pid,
        processStart: start ?? null,
        lockedAt: now,
        token: randomUUID(),
        place: place ?? null,
        slurm: currentSlurmJob() ?? null,
        beatAt: now,
      };
    },
    whereabouts: (owner) => whereaboutsOf(owner, place),
    isJobOver: async ({ slurm }) => slurm != null && (await hasEnded(slurm)),
    pause:
      wait === undefined
        ? undefined
        : async () => {
            await setTimeout(lookMilliseconds, undefined, { signal: wait.signal }).catch(() => {
              throw wait.signal.reason;
            });
          },
    onWait: (lock) => wait?.onWait(lock),
    looks,
  };
}

/** Where the process of a lock is, seen from `place`, this process's own. */
export async function whereaboutsOf(owner: LockOwner, place: string | undefined): Promise<Whereabouts> {
  if (!isHere(owner, place)) return 'elsewhere';
  return (await isRunning(owner.pid, owner.processStart)) ? 'here' : 'gone';
}

/** Where the system tells no place, a machine and its processes are known by the host's name. */
function isHere(owner: LockOwner, place: string | undefined): boolean {
  if (owner.place === undefined || (owner.place === null && place === undefined)) {
    return owner.host === hostname();
  }
  return owner.place === place;
}
