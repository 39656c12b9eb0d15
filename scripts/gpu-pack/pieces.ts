import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

import { create } from 'tar';

import { messageOf, UserError } from '../../src/errors.js';
import { formatBytes } from '../../src/support/text.js';

/** No file of the pack is larger, in bytes: what carries it may have a limit. */
export const LARGEST_PIECE = 60e6;

export interface Piece {
  /** Its path in the pack. */
  readonly name: string;
  readonly bytes: number;
}

/** Programs that compress, with the ending that the files get. xz halves Node, gzip is on every machine. */
const PROGRAMS = {
  xz: ['-9', '--stdout'],
  gzip: ['-9', '--no-name', '--stdout'],
} as const satisfies Record<string, readonly string[]>;

export type Compression = keyof typeof PROGRAMS;

/** Endings of compressed files. */
const ENDINGS = { xz: 'xz', gzip: 'gz' } as const satisfies Record<Compression, string>;

/**
 * Compresses a file: `target.xz` or `target.gz`.
 *
 * @throws UserError `io` when the program that does so is not here, or fails
 */
export async function compress(source: string, target: string, compression: Compression): Promise<void> {
  const child = spawn(compression, [...PROGRAMS[compression], source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  try {
    await pipeline(child.stdout, createWriteStream(`${target}.${ENDINGS[compression]}`));
    await ended;
    if (child.exitCode !== 0) throw new Error(`exit status ${child.exitCode}`);
  } catch (error) {
    throw new UserError('io', `${compression} cannot compress ${source}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** A compressed archive of what is in a folder, without its owners: `target.tar.xz` or `target.tar.gz`. */
export async function archive(folder: string, target: string, compression: Compression): Promise<void> {
  const plain = `${folder}.tar`;
  await create({ file: plain, cwd: folder, portable: true }, await readdir(folder));
  await compress(plain, `${target}.tar`, compression);
}

/** Every file in a folder, with its size, the largest first. */
export async function piecesIn(folder: string): Promise<Piece[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ name: path.relative(folder, file), bytes: statSync(file).size }))
    .sort((a, b) => b.bytes - a.bytes);
}

/** @throws UserError `io` naming the largest piece, where it is too large */
export function checkPieces(pieces: readonly Piece[]): void {
  const tooLarge = pieces.find(({ bytes }) => bytes > LARGEST_PIECE);
  if (tooLarge === undefined) return;
  const { name, bytes } = tooLarge;
  throw new UserError(
    'io',
    `${name} has ${formatBytes(bytes)}, more than ${formatBytes(LARGEST_PIECE)}. Leave more out in scripts/gpu-pack/program.ts, or pack with another Node.`,
  );
}
