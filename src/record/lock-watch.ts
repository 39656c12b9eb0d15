import type { FoundLock, LockOwner } from './lock-file.js';
import type { LockWorld } from './lock-world.js';

/**
 * What is known of a lock's holder. `here`: it runs on this machine; `beats`: it was seen to give a sign of life; `mute`:
 * it never does, being of an earlier version; `unsure`: it has to be watched. Two are stale: `gone`, by what this machine
 * or the scheduler says, and `silent`, by what was watched.
 */
export type LockStanding = 'here' | 'beats' | 'mute' | 'unsure' | 'gone' | 'silent';

interface Seen {
  readonly beatAt: string;
  /** The look at which this sign of life was first seen. */
  readonly look: number;
  readonly beats: boolean;
}

/** The scheduler is asked at every so many looks, for many starters may wait at once. */
const ASK_EVERY = 6;

/**
 * Watches the holders of locks on other machines. No clocks are compared: a sign of life is a value that differs from the
 * last, and time is counted in looks that are some seconds apart at least. So a starter that is itself held up, or cut off from
 * the folder along with the holder, has only looked more rarely.
 */
export class LockWatch {
  readonly #world: LockWorld;
  readonly #seen = new Map<string, Seen>();
  /** Tokens of locks whose jobs are over. */
  readonly #over = new Set<string>();
  readonly #told = new Set<string>();
  #look = 0;

  constructor(world: LockWorld) {
    this.#world = world;
  }

  async standingOf(owner: LockOwner): Promise<LockStanding> {
    const whereabouts = await this.#world.whereabouts(owner);
    if (whereabouts !== 'elsewhere') return whereabouts;
    if (await this.#isOver(owner)) return 'gone';
    const { token, beatAt } = owner;
    if (beatAt === undefined) return 'mute';
    const seen = this.#seen.get(token);
    if (seen?.beatAt !== beatAt) {
      this.#seen.set(token, { beatAt, look: this.#look, beats: seen !== undefined });
      return seen === undefined ? 'unsure' : 'beats';
    }
    if (this.#look - seen.look >= this.#world.looks) return 'silent';
    return seen.beats ? 'beats' : 'unsure';
  }

  /** Lets the time of a look pass. */
  async wait(lock: FoundLock, pause: () => Promise<void>): Promise<void> {
    const { token } = lock.owner;
    if (!this.#told.has(token)) this.#world.onWait(lock);
    this.#told.add(token);
    await pause();
    this.#look += 1;
  }

  async #isOver(owner: LockOwner): Promise<boolean> {
    const { token } = owner;
    const isDue = !this.#seen.has(token) || this.#look % ASK_EVERY === 0;
    if (isDue && !this.#over.has(token) && (await this.#world.isJobOver(owner))) this.#over.add(token);
    return this.#over.has(token);
  }
}
