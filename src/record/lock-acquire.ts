import { createLock, isThere, locksIn, removeLock, type FoundLock } from './lock-file.js';
import { refusal } from './lock-messages.js';
import { LockWatch, type LockStanding } from './lock-watch.js';
import type { LockWorld } from './lock-world.js';

/*
 * How two starters cannot both win: a lock is a numbered file, run.lock.<n>, that comes into being complete and only
 * where no file of that number is. Whoever made one looks again, and has the folder only if no other file there belongs
 * to a process that may work; else it withdraws. Of two that make their files and then look, at least the later one sees
 * the other. A stale lock is not removed to make room, since a slow starter might remove a fresh one in its place: the
 * new holder makes the next number first, and only holders clear stale ones away.
 *
 * A holder that was only thought to be gone finds its lock removed before it writes again: it asks each time. A starter
 * that took its silence for its end waits for one more look, for what it was just about to write.
 */

/** What a starter sees in the folder. */
interface Survey {
  /** A lock that keeps it out. */
  readonly held: { readonly lock: FoundLock; readonly standing: LockStanding } | undefined;
  readonly stale: readonly FoundLock[];
  /** For a lock that is made now. */
  readonly next: number;
  /** One of the stale ones is only thought to be so, since it is silent. */
  readonly isSupposed: boolean;
}

/**
 * Takes the lock of a folder.
 * @throws HeldError when somebody holds it; Error with the system's code; whatever the world's `pause` throws
 */
export async function acquireLock(directory: string, world: LockWorld): Promise<FoundLock> {
  const watch = new LockWatch(world);
  for (;;) {
    const { held, next } = await survey(directory, watch);
    if (held !== undefined) {
      if (held.standing !== 'unsure' || world.pause === undefined)
        throw refusal(directory, held.lock, held.standing);
      await watch.wait(held.lock, world.pause);
      continue;
    }
    const own = await createLock(directory, next, world.self());
    if (own !== undefined && (await settle(directory, own, watch, world))) return own;
  }
}

async function survey(directory: string, watch: LockWatch, own?: FoundLock): Promise<Survey> {
  const stale: FoundLock[] = [];
  let isSupposed = false;
  const locks = await locksIn(directory);
  const next = (locks.at(-1)?.number ?? 0) + 1;
  for (const lock of locks) {
    if (lock.owner.token === own?.owner.token) continue;
    const standing = await watch.standingOf(lock.owner);
    if (standing !== 'gone' && standing !== 'silent')
      return { held: { lock, standing }, stale, next, isSupposed };
    stale.push(lock);
    isSupposed ||= standing === 'silent';
  }
  return { held: undefined, stale, next, isSupposed };
}

/** @returns whether the lock that was made has the folder; it is withdrawn otherwise. */
async function settle(
  directory: string,
  own: FoundLock,
  watch: LockWatch,
  { pause }: LockWorld,
): Promise<boolean> {
  try {
    const { held, stale, isSupposed } = await survey(directory, watch, own);
    if (held === undefined) {
      for (const lock of stale) await removeLock(lock);
      if (isSupposed) await pause?.();
      return await isThere(own);
    }
  } catch (error) {
    await removeLock(own);
    throw error;
  }
  // The other one may be about to withdraw as well, so it is looked at once more.
  await removeLock(own);
  return false;
}
