import { createHash, randomUUID } from 'node:crypto';
import { readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { messageOf, systemCode, UserError } from '../errors.js';
import { isRunning } from '../support/processes.js';
import { kindOf, readRegularFile } from '../support/regular-file.js';

/** What is read of one file at most: more than the longest run writes, and no more than fits into memory. */
const LARGEST_FILE = 256 * 2 ** 20;

/** Why the system refused, in words, then in its own. */
export function reasonOf(error: unknown): string {
  const words = reasons.find(({ codes }) => hasCode(error, ...codes))?.words;
  return words === undefined ? messageOf(error) : `${words} (${messageOf(error)})`;
}

const reasons = [
  { codes: ['ENOSPC', 'EDQUOT'], words: 'no space is left' },
  { codes: ['EROFS'], words: 'the file system is read-only' },
  { codes: ['EACCES', 'EPERM'], words: 'it is not permitted' },
];

/** Whether a thrown value is a system error with this code, such as `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(systemCode(error) ?? '');
}

/** The `io` error for a file of a run that could not be written; it says how to go on. */
export function writeError(file: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const fix = hasCode(error, 'ENOSPC', 'EDQUOT') ? 'Make space' : 'Mend that';
  return new UserError(
    'io',
    `${file}: could not be written: ${reasonOf(error)}. ${fix}, then run the same command with --resume: ` +
      'it continues from the last checkpoint.',
    { cause: error },
  );
}

/** The `io` error for a file of a run that could not be read. */
export function readError(file: string, error: unknown): UserError {
  return new UserError('io', `${file}: could not be read: ${reasonOf(error)}`, { cause: error });
}

/**
 * Puts `content` under the name `file` in one step: a reader, or a process killed at any moment, meets the old
 * content or the new one, never a part.
 * @throws UserError `io` that says how to go on with a run
 */
export async function writeAtomically(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await replaceFile(file, content);
  } catch (error) {
    throw writeError(file, error);
  }
}

/**
 * Like {@link writeAtomically}, for any file; of a content in pieces one at a time is in memory.
 * @throws Error with the system's code
 */
export async function replaceFile(
  file: string,
  content: string | Uint8Array | AsyncIterable<string>,
): Promise<void> {
  // Not the package write-file-atomic: it ignores the count of its single write(), so that a disk that fills up in the
  // middle replaces the good file with a cut one. fs.writeFile goes on until all is written or an error is reported.
  const target = await realpath(file).catch(() => file);
  const temporary = temporaryName(target);
  try {
    await requireReplaceable(target);
    await writeFile(temporary, content, { flush: true });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** A device or pipe is not to be replaced by a file, least of all through a link to it. */
async function requireReplaceable(target: string): Promise<void> {
  const there = await stat(target).catch(() => undefined);
  if (there?.isFile() === false) throw new Error(`${kindOf(there)} is in its place`);
}

/** Of this machine, so that a folder that several share keeps apart whose process is meant. */
const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** The name of a file that is written before it takes the name `target`; it says who writes it. */
export function temporaryName(target: string): string {
  return `${target}.${machine}-${process.pid}.${randomUUID()}.tmp`;
}

/** Removes what processes of this machine that are gone left of files they were writing in a folder. */
export async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const [, host, pid] = /\.([\da-f]{8})-(\d{1,10})\.[\da-f-]{36}\.tmp$/.exec(name) ?? [];
    if (host !== machine || (await isRunning(Number(pid), null))) continue;
    await rm(join(directory, name), { force: true });
  }
}

/** JSON as the files of a run have it: two spaces, a newline at the end. */
export function toJsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * The text of a file, or undefined when there is none.
 * @throws UserError `io` when it is not a regular file, is too large or cannot be read
 */
export async function readTextIfPresent(file: string): Promise<string | undefined> {
  try {
    return (await readRegularFile(file, LARGEST_FILE)).toString('utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw readError(file, error);
  }
}

/**
 * The value in a JSON file, or undefined when there is no such file.
 * @throws UserError `io` when it cannot be read or is not JSON
 */
export async function readJsonIfPresent(file: string): Promise<unknown> {
  const text = await readTextIfPresent(file);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    throw new UserError('io', `${file}: is not valid JSON: ${messageOf(error)}`, { cause: error });
  }
}
