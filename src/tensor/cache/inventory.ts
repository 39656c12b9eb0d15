import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import path from 'node:path';

import { z } from 'zod';

import { systemCode } from '../../errors.js';

/** Lies beside the files that it lists; set-up writes it, and it is asked before any of them is loaded. */
export const inventoryName = 'inventory.json';

const fileSchema = z.strictObject({
  bytes: z.number(),
  sha256: z.string(),
  /** Nanoseconds since 1970, more digits than a number holds. */
  modified: z.string(),
  inode: z.string(),
});

const inventorySchema = z.strictObject({
  /** By their paths inside the folder. */
  files: z.record(z.string(), fileSchema),
  /** What symbolic links lead to. */
  links: z.record(z.string(), z.string()),
});

export type FileRecord = z.output<typeof fileSchema>;
export type Inventory = z.output<typeof inventorySchema>;

/**
 * How a file is compared with its record: by all its bytes, or, where it is too large for that at every start, by size,
 * time of change and inode, and by its bytes only where time or inode are others, as after a copy.
 */
export type Thoroughness = 'content' | 'stamps';

/** @throws Error when there is none, or it is none of this form. */
export function readInventory(folder: string): Inventory {
  return inventorySchema.parse(JSON.parse(readFileSync(path.join(folder, inventoryName), 'utf8')));
}

/** Lists all files and links in a folder and the folders in it. */
export function takeInventory(folder: string): Inventory {
  const inventory: Inventory = { files: {}, links: {} };
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file);
    if (entry.isFile()) inventory.files[name] = recordOf(file);
    if (entry.isSymbolicLink()) inventory.links[name] = readlinkSync(file);
  }
  return inventory;
}

/** Measures a file that nobody writes meanwhile. */
function recordOf(file: string): FileRecord {
  return { ...stampsOf(file), sha256: sha256Of(file) };
}

type Stamps = Omit<FileRecord, 'sha256'>;

/** @throws Error when it is no file. */
export function stampsOf(file: string): Stamps {
  const stats = lstatSync(file, { bigint: true });
  if (!stats.isFile()) throw new Error(`${file} is no file`);
  return { bytes: Number(stats.size), modified: String(stats.mtimeNs), inode: String(stats.ino) };
}

/** True when time of change and inode are those of the record. */
export function hasStampsOf(file: string, { modified, inode }: FileRecord): boolean {
  const found = stampsOf(file);
  return found.modified === modified && found.inode === inode;
}

/** How a file differs from its record, in words that follow its name; undefined when it does not. */
export function differenceOf(file: string, record: FileRecord, by: Thoroughness): string | undefined {
  const kind = lstatSync(file, { throwIfNoEntry: false });
  if (kind === undefined) return 'is missing';
  if (!kind.isFile()) return 'is no file';
  // Ahead of all else: a library that was cut short would end the process where it is opened.
  if (kind.size !== record.bytes) return `has ${kind.size} bytes, and had ${record.bytes} when it was set up`;
  if (by === 'stamps' && hasStampsOf(file, record)) return undefined;
  const found = sha256Of(file);
  if (found === record.sha256) return undefined;
  return `has the SHA-256 ${found.slice(0, 12)}…, and had ${record.sha256.slice(0, 12)}… when it was set up`;
}

/** How a symbolic link differs from where it led, in words that follow its name. */
export function linkDifferenceOf(link: string, target: string): string | undefined {
  try {
    const found = readlinkSync(link);
    return found === target ? undefined : `leads to ${found}, and led to ${target} when it was set up`;
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? 'is missing' : 'is no link';
  }
}

const chunkBytes = 4 * 1024 * 1024;

/** Read in pieces: the largest file has 800 MB. */
function sha256Of(file: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(chunkBytes);
  const handle = openSync(file, 'r');
  try {
    for (let read = readSync(handle, chunk); read > 0; read = readSync(handle, chunk)) {
      hash.update(chunk.subarray(0, read));
    }
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}
