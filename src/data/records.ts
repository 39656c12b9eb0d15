import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { valuesOf } from '../support/images.js';
import { readRegularFile } from '../support/regular-file.js';
import type { Labels } from './dataset.js';
import { labelBytes, recordBytes, type RecordFile, type RecordFormat } from './formats.js';
import { fileProblem } from './paths.js';

/** A file of records, read whole. */
export interface RecordBytes {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/**
 * Reads one record file.
 * @throws {UserError} `data` when it is no file, cannot be read, or its size is not that of its records.
 */
export async function readRecords(
  format: RecordFormat,
  directory: string,
  file: RecordFile,
): Promise<RecordBytes> {
  const problem = await fileProblem(format, directory, file);
  if (problem !== undefined) throw new UserError('data', `${directory}: ${problem}`);
  const path = join(directory, file.name);
  const expected = file.records * recordBytes(format);
  try {
    const bytes = await readRegularFile(path, expected);
    if (bytes.length < expected) throw new Error(`it ended after ${bytes.length} of ${expected} bytes`);
    return { file: file.name, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  } catch (error) {
    throw new UserError('data', `${path}: cannot be read (${messageOf(error)})`, { cause: error });
  }
}

/** The class of every record: the last label byte. */
export function classLabels(format: RecordFormat, bytes: Uint8Array): Uint8Array {
  return labelColumn(format, bytes, labelBytes(format) - 1);
}

/** The coarse label of every record, undefined where records have one label. */
export function coarseLabels(format: RecordFormat, bytes: Uint8Array): Uint8Array | undefined {
  return format.coarseClasses === undefined ? undefined : labelColumn(format, bytes, 0);
}

function labelColumn(format: RecordFormat, bytes: Uint8Array, column: number): Uint8Array {
  const stride = recordBytes(format);
  const labels = new Uint8Array(bytes.length / stride);
  for (let record = 0; record < labels.length; record++) labels[record] = bytes[record * stride + column] ?? 0;
  return labels;
}

/** The sentence for labels at or above `limit`, undefined when there are none. */
export function describeLabels(kind: string, labels: Labels, limit: number): string | undefined {
  const first = labels.findIndex((label) => label >= limit);
  if (first < 0) return undefined;
  let count = 0;
  for (const label of labels) if (label >= limit) count++;
  return `${count} ${kind} label(s) out of range: record ${first} has ${labels[first] ?? 0}, allowed are 0 to ${limit - 1}`;
}

/** Writes the image of one record, stored as [C, H, W], into `images` as [H, W, C] at position `slot`. */
export function copyImage(
  format: RecordFormat,
  bytes: Uint8Array,
  record: number,
  images: Uint8Array,
  slot: number,
): void {
  const { channels } = format.image;
  const size = valuesOf(format.image);
  const plane = size / channels;
  const first = record * recordBytes(format) + labelBytes(format);
  let target = slot * size;
  for (let pixel = first; pixel < first + plane; pixel++) {
    for (let value = pixel; value < first + size; value += plane) images[target++] = bytes[value] ?? 0;
  }
}
