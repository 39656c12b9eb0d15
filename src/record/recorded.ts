import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { openRegularFile } from '../support/regular-file.js';
import type { RecordedFile } from '../train/recorded-file.js';
import { hasCode, reasonOf } from './files.js';

const CHUNK = 64 * 2 ** 10;

/**
 * Feeds bytes of a file to a hash.
 * @param range from the first byte to the one before the last; to the file's end where `to` is left out
 * @returns the length of the file, which may be less than `to`
 * @throws Error with the system's code, or when it is not a regular file
 */
export async function hashRange(
  path: string,
  hash: Hash,
  { from, to }: { readonly from: number; readonly to?: number },
): Promise<number> {
  const { handle, size } = await openRegularFile(path);
  try {
    const end = Math.min(to ?? size, size);
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(end - from, 1)));
    for (let place = from; place < end;) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - place), place);
      if (bytesRead === 0) return place;
      hash.update(buffer.subarray(0, bytesRead));
      place += bytesRead;
    }
    return size;
  } finally {
    await handle.close();
  }
}

/**
 * The first bytes of a file and how long it is; nothing where there is none.
 * @throws Error with the system's code, or when it is not a regular file
 */
export async function readStart(
  path: string,
  bytes: number,
): Promise<{ readonly start: Buffer; readonly size: number }> {
  try {
    const { handle, size } = await openRegularFile(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
      return { start: buffer.subarray(0, bytesRead), size };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return { start: Buffer.alloc(0), size: 0 };
    throw error;
  }
}

/**
 * Looks whether a file of a run is as it was once recorded.
 * @param isComplete whether nothing may have been added since
 * @returns the SHA-256 so far, to go on with
 * @throws UserError `checkpoint` naming the file and what is wrong with it
 */
export async function requireRecorded(
  directory: string,
  { file, bytes, sha256 }: RecordedFile,
  { isComplete = false }: { readonly isComplete?: boolean } = {},
): Promise<Hash> {
  const path = join(directory, file);
  const hash = createHash('sha256');
  const size = await hashRange(path, hash, { from: 0, to: bytes }).catch((error: unknown) => {
    throw damaged(path, hasCode(error, 'ENOENT') ? 'it is missing' : reasonOf(error), error);
  });
  if (size < bytes) throw damaged(path, `it has ${size} bytes, the run had written ${bytes}`);
  if (hash.copy().digest('hex') !== sha256) throw damaged(path, 'it was changed');
  if (isComplete && size > bytes) throw damaged(path, `it has ${size} bytes, the run wrote ${bytes}`);
  return hash;
}

/** Looks at several files of a run, as {@link requireRecorded} does. */
export async function requireRecords(
  directory: string,
  records: readonly RecordedFile[],
  options?: { readonly isComplete?: boolean },
): Promise<void> {
  for (const recorded of records) await requireRecorded(directory, recorded, options);
}

function damaged(path: string, found: string, cause?: unknown): UserError {
  return new UserError('checkpoint', `${path} is not as the run wrote it: ${found}.`, { cause });
}
