import type { Stats } from 'node:fs';
import { constants, open, type FileHandle } from 'node:fs/promises';

const CHUNK = 64 * 2 ** 10;

/**
 * Opens a file that somebody else may have put there, to read it: only a regular one. A pipe in its place would be
 * waited for, and a device could be endless.
 *
 * @throws Error with the system's code, or saying what was found in the file's place
 */
export async function openRegularFile(
  path: string,
): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  // Opened without waiting for a pipe's other end, and looked at by its handle: the name could change its meaning.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error(`it is ${kindOf(stats)}, not a file`);
    return { handle, size: stats.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Reads a file that somebody else may have put there: only a regular one, and only so much of it.
 *
 * @param largestBytes what the file may have at most
 * @throws Error with the system's code, or saying what was found in the file's place or how large it is
 */
export async function readRegularFile(path: string, largestBytes: number): Promise<Buffer> {
  const { handle, size } = await openRegularFile(path);
  try {
    if (size > largestBytes) throw tooLarge(size, largestBytes);
    return await readUpTo(handle, size, largestBytes);
  } finally {
    await handle.close();
  }
}

/** Into one piece of memory where the size is known: data sets are large. One byte more tells of what has grown. */
async function readUpTo(handle: FileHandle, size: number, largestBytes: number): Promise<Buffer> {
  let content = Buffer.allocUnsafe(size + 1);
  for (let length = 0; ;) {
    const { bytesRead } = await handle.read(content, length, content.length - length);
    if (bytesRead === 0) return content.subarray(0, length);
    length += bytesRead;
    if (length > largestBytes) throw tooLarge(length, largestBytes);
    // The system does not know the size of files such as those in /proc.
    const wanted = Math.min(length + CHUNK, largestBytes + 1);
    if (length === content.length) content = Buffer.concat([content], wanted);
  }
}

function tooLarge(bytes: number, largestBytes: number): Error {
  return new Error(`it has ${bytes} bytes or more, at most ${largestBytes} are read`);
}

/** What a path leads to where no file is, in words: `a folder`, `a pipe`. */
export function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return 'a device';
  return 'something else';
}
