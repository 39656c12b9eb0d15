import { open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';

import fc from 'fast-check';

/** What is done to the files of a run; `file` and `place` are shares of the list of files and of a file's length. */
export interface Damage {
  readonly kind: keyof typeof damages;
  readonly file: number;
  readonly other: number;
  readonly place: number;
}

/** Evenly spread, unlike what fast-check draws by itself. */
const share = fc.noBias(fc.nat(999_999)).map((millionths) => millionths / 1e6);

const damages = {
  flip: async (file: string, place: number): Promise<void> => {
    const handle = await open(file, 'r+');
    const { size } = await handle.stat();
    const at = Math.floor(place * size);
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at);
    buffer.writeUInt8(buffer.readUInt8(0) ^ (1 << (Math.floor(place * 1e6) % 8)));
    await handle.write(buffer, 0, 1, at);
    await handle.close();
  },
  truncate: async (file: string, place: number): Promise<void> => {
    await truncate(file, Math.floor(place * (await stat(file)).size));
  },
  remove: async (file: string): Promise<void> => {
    await rm(file);
  },
  removeFolder: async (file: string): Promise<void> => {
    // That of a checkpoint; all of them for the files beside them.
    const folder = path.dirname(file);
    await rm(folder.includes('checkpoints') ? folder : path.join(folder, 'checkpoints'), { recursive: true });
  },
  repeatLine: (file: string, place: number): Promise<void> =>
    changeLines(file, place, (line) => [line, line]),
  removeLine: (file: string, place: number): Promise<void> => changeLines(file, place, () => []),
  append: async (file: string): Promise<void> => {
    await writeFile(file, '2,3,0.5\n', { flag: 'a' });
  },
  swap: async (file: string, _place: number, other: string): Promise<void> => {
    const [first, second] = [await readFile(file), await readFile(other)];
    await writeFile(file, second);
    await writeFile(other, first);
  },
};

/** The same damages each time, of every kind. */
export function sampleDamages(count: number): Damage[] {
  const kind = fc.constantFrom(...kindsOfDamage);
  return fc.sample(fc.record({ kind, file: share, other: share, place: share }), { numRuns: count, seed: 1 });
}

const kindsOfDamage = [
  'flip',
  'truncate',
  'remove',
  'removeFolder',
  'repeatLine',
  'removeLine',
  'append',
  'swap',
] as const satisfies (keyof typeof damages)[];

/** Damages a run folder; returns what was done, in words. */
export async function damage(folder: string, { kind, file, other, place }: Damage): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name));
  // What a killed process was still writing is no part of the run.
  const sorted = files.filter((name) => !name.includes('.unfinished-')).sort();
  const pick = (part: number): string => sorted[Math.floor(part * sorted.length)] ?? '';
  await damages[kind](pick(file), place, pick(other));
  const names = [file, ...(kind === 'swap' ? [other] : [])].map((part) => path.relative(folder, pick(part)));
  return `${kind} ${names.join(' ')} at ${place}`;
}

async function changeLines(file: string, place: number, change: (line: string) => string[]): Promise<void> {
  const lines = (await readFile(file, 'latin1')).split('\n');
  const at = Math.floor(place * lines.length);
  const changed = lines.flatMap((line, index) => (index === at ? change(line) : [line]));
  await writeFile(file, changed.join('\n'), 'latin1');
}
