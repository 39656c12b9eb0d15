import { mkdir, stat } from 'node:fs/promises';
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
