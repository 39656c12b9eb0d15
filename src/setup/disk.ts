import { formatBytes } from '../support/text.js';
import type { Cache } from './cache.js';
import { SetupFailure } from './failure.js';

export const spaceAdvice = 'Free space, or set GAN_BENCH_CACHE to a folder on a larger disk.';

/** Bytes that may be written on the disk of a folder, which need not be there yet. */
export type FreeSpace = (folder: string) => Promise<number>;

/**
 * Sees that what is to come fits into the cache. What killed set-ups left there is cleared first.
 *
 * @param needed - Bytes at the worst moment, with what was downloaded before.
 * @param downloaded - Bytes of that which are there.
 * @throws SetupFailure when it does not fit.
 */
export async function checkSpace(
  cache: Cache,
  freeSpace: FreeSpace,
  needed: number,
  downloaded: number,
): Promise<void> {
  await cache.removeAbandoned();
  const free = await freeSpace(cache.root);
  if (free >= needed - downloaded) return;
  const besides = downloaded > 0 ? ` besides the ${formatBytes(downloaded)} that are downloaded` : '';
  throw new SetupFailure(
    `${cache.root} has ${formatBytes(free)} free, ${formatBytes(needed - downloaded)} are needed${besides}`,
    spaceAdvice,
  );
}
