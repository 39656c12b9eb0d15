// Takes a part of the machine from whoever else works, half the time, until standard input ends: `node disturb.js KIND`.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

import { z } from 'zod';

import { DISTURBANCES, type Disturbance } from './disturber.js';

const MILLISECONDS = 10;
const LINE = 64;
const COPY_BYTES = 2 ** 23;
/** More than any cache holds. */
const MEMORY_BYTES = 2 ** 29;
const UNKNOWN_CACHE_BYTES = 2 ** 25;

/** A piece of work of a millisecond or two. */
function workOf(kind: Disturbance): () => void {
  switch (kind) {
    case 'core':
      return countInRegisters;
    case 'cache':
      return walkThrough(new Uint8Array(lastLevelCacheBytes()));
    case 'bandwidth':
      return copyThrough(new Uint8Array(MEMORY_BYTES));
  }
}

let counted = 1;
function countInRegisters(): void {
  let x = counted;
  for (let index = 0; index < 500_000; index++) x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
  counted = x;
}

/** Writes to a line of the cache after the other, so that they become this process's own. */
function walkThrough(bytes: Uint8Array): () => void {
  let at = 0;
  return () => {
    for (let lines = 0; lines < 65_536; lines++) {
      bytes[at] = lines;
      at = (at + LINE) % bytes.length;
    }
  };
}

/** Reads and writes what no cache has. */
function copyThrough(bytes: Uint8Array): () => void {
  bytes.fill(1);
  let at = 0;
  return () => {
    const target = (at + bytes.length / 2) % bytes.length;
    bytes.copyWithin(target, at, at + COPY_BYTES);
    at = (at + COPY_BYTES) % bytes.length;
  };
}

/** Of the first processor, where Linux tells: `32768K`. */
function lastLevelCacheBytes(): number {
  try {
    const text = readFileSync('/sys/devices/system/cpu/cpu0/cache/index3/size', 'utf8');
    return 1024 * z.coerce.number().int().positive().parse(text.trim().replace(/K$/, ''));
  } catch {
    return UNKNOWN_CACHE_BYTES;
  }
}

const work = workOf(z.enum(DISTURBANCES).parse(process.argv[2]));
process.stdin.on('end', () => process.exit());
process.stdin.resume();
process.stdout.write('ready\n');
setInterval(() => {
  const startedAt = performance.now();
  while (performance.now() - startedAt < MILLISECONDS) work();
}, 2 * MILLISECONDS);
