import type { FileHandle } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';

/** Bytes of the longest header that is read: a magic number and four dimensions. */
const LARGEST_HEADER = 4 + 4 * 4;
/** Bytes of a packed file that are unpacked to see the header. */
const START = 512;
/** The most that a byte of a packed file can become: deflate's limit. */
const LARGEST_RATIO = 1032;
/** The type of values: unsigned bytes. */
const UNSIGNED_BYTES = 8;
/** Of an image: pixels of a side, channels. */
const LARGEST_DIMENSIONS = [0xffffffff, 4096, 4096, 64] as const;

/** What the header of a file in IDX form says. */
export interface IdxHeader {
  /** [N], [N, height, width] or [N, height, width, channels]. */
  readonly dimensions: readonly number[];
  /** Of the header. */
  readonly bytes: number;
  /** Bytes that follow. */
  readonly values: number;
}

/** The first bytes of a file, unpacked. */
export async function readStart(handle: FileHandle, isPacked: boolean): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(START), 0, START, 0);
  const start = buffer.subarray(0, bytesRead);
  // What is cut off is unpacked as far as it goes.
  return isPacked ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }) : start;
}

/**
 * Reads a header: two zeros, the type of the values, the number of dimensions, then each as a big-endian number of 4 bytes.
 * @param ranks how many dimensions are allowed
 * @throws Error saying what was found and what is allowed
 */
export function parseHeader(start: Buffer, ranks: readonly number[]): IdxHeader {
  const head = start.subarray(0, LARGEST_HEADER);
  const [first, second, type, rank = 0] = head;
  if (first !== 0 || second !== 0 || type !== UNSIGNED_BYTES || !ranks.includes(rank)) {
    const allowed = ranks.map((allowedRank) => `0000080${allowedRank}`).join(' or ');
    throw new Error(
      `it begins with ${head.subarray(0, 4).toString('hex') || 'nothing'}, that of IDX files of unsigned bytes is ${allowed}`,
    );
  }
  const bytes = 4 + 4 * rank;
  if (head.length < bytes) throw new Error('it ends within its header');
  const dimensions = Array.from({ length: rank }, (_, index) => head.readUInt32BE(4 + 4 * index));
  const isRight = dimensions.every((size, index) => size >= 1 && size <= (LARGEST_DIMENSIONS[index] ?? 0));
  if (!isRight)
    throw new Error(`its header says ${dimensions.join(' x ')}; allowed: sides of 1 to 4096, at most 64 channels`);
  return { dimensions, bytes, values: dimensions.reduce((product, size) => product * size, 1) };
}

/**
 * Refuses a header that says more or less than its file can hold, before anything is allocated by it.
 * @param size bytes of the file
 */
export function requirePlausible({ dimensions, bytes, values }: IdxHeader, size: number, isPacked: boolean): void {
  const expected = bytes + values;
  const says = `its header says ${dimensions.join(' x ')}, which makes ${expected} bytes`;
  if (!isPacked && size !== expected) throw new Error(`${says}, and it has ${size}`);
  if (isPacked && expected > LARGEST_RATIO * size)
    throw new Error(`${says}, more than its ${size} packed ones can become`);
}
