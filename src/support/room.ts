import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

/** A folder, or the nearest one above it that is there. */
export function nearestExisting(folder: string): string {
  let current = path.resolve(folder);
  while (!existsSync(current) && path.dirname(current) !== current) current = path.dirname(current);
  return current;
}

/**
 * Bytes that may be written on the disk of a folder, which need not be there yet.
 *
 * @throws Error with the system's code
 */
export async function freeSpace(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(nearestExisting(folder));
  return bavail * bsize;
}

/** Bytes of memory that this process may use; the limit of a container counts. */
export function usableMemory(total = os.totalmem(), limit = process.constrainedMemory()): number {
  return limit > 0 ? Math.min(total, limit) : total;
}
