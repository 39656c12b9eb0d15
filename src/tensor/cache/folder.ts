import path from 'node:path';

import envPaths from 'env-paths';

/** How set-up lays folders of the cache out, and what their inventories say: those of another are left alone. */
export const cacheLayout = 2;

/** Folder that keeps native libraries: GAN_BENCH_CACHE, else gan-bench in the user's cache folder (XDG_CACHE_HOME). */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  // An empty variable counts as unset.
  const override = env['GAN_BENCH_CACHE']?.trim() ?? '';
  return path.resolve(override === '' ? envPaths('gan-bench', { suffix: '' }).cache : override);
}
