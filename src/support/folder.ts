import { lstat, mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

import { systemCode } from '../errors.js';

/**
 * Makes a folder and those above it that are missing. Not by the system's recursive `mkdir`, which tries for ever
 * where a folder is there and none can be made in it without its saying why, as in /proc.
 *
 * @param mode permissions of those that are made, less the umask
 * @throws Error with the system's code
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  const missing: string[] = [];
  let place = path.resolve(folder);
  while (!(await isThere(place)) && path.dirname(place) !== place) {
    missing.push(place);
    place = path.dirname(place);
  }
  for (const each of missing.reverse()) {
    await mkdir(each, { mode }).catch((error: unknown) => {
      // Somebody else made it in the meantime.
      if (systemCode(error) !== 'EEXIST') throw error;
    });
  }
}

async function isThere(folder: string): Promise<boolean> {
  try {
    // The slash at the end makes a file in the folder's place an error.
    await stat(path.join(folder, path.sep));
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * The bytes of the files in a folder, or of one file; 0 where it is not there. Links are not followed, and what goes
 * meanwhile or cannot be looked into is not counted.
 *
 * @param depth - How many folders deep to look: a folder of checkpoints, or of wheels, holds folders with files.
 */
export async function bytesIn(file: string, depth = 2): Promise<number> {
  try {
    const stats = await lstat(file);
    if (stats.isFile()) return stats.size;
    if (!stats.isDirectory() || depth === 0) return 0;
    let bytes = 0;
    for (const name of await readdir(file)) bytes += await bytesIn(path.join(file, name), depth - 1);
    return bytes;
  } catch {
    return 0;
  }
}
