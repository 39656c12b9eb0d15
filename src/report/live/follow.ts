import { setTimeout } from 'node:timers/promises';
import { messageOf } from '../../errors.js';

/** What is made again when what it is made of has changed. */
export interface Source<Built> {
  /** Looked at again and again: a text that is another one when what is built would be. */
  readonly fingerprints: AsyncIterable<string>;
  readonly build: () => Promise<Built>;
}

export interface Follower<Built> {
  readonly built: (result: Built) => void;
  /** @param message - Why there is no newer one. */
  readonly failed: (message: string) => void;
}

/**
 * Builds when what it is built of has changed since the last build began, and tells of it, as long as there are
 * fingerprints. Builds come one after another; one that fails is not tried again before the next change.
 */
export async function follow<Built>(
  { fingerprints, build }: Source<Built>,
  { built, failed }: Follower<Built>,
): Promise<void> {
  let last: string | undefined;
  for await (const current of fingerprints) {
    if (current === last) continue;
    last = current;
    try {
      built(await build());
    } catch (error) {
      failed(messageOf(error));
    }
  }
}

const SECOND = 1000;

/** How much longer than a look the rest after it is at least: the processors are for those who train. */
const REST = 10;

/** Looks once a second; less often where a look takes long, and after a build that took longer. */
export async function* everySecond(look: () => Promise<string>): AsyncGenerator<string> {
  for (;;) {
    const start = performance.now();
    const found = await look();
    const looked = performance.now() - start;
    yield found;
    await setTimeout(Math.max(SECOND, REST * looked, performance.now() - start));
  }
}
