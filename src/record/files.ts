import { randomUUID } from 'node:crypto';
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { messageOf, systemCode, UserError } from '../errors.js';

/** Whether a thrown value is a system error with this code, such as `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(systemCode(error) ?? '');
}

/** The `io` error for a file of a run that could not be written; it says how to go on. */
export function writeError(file: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const isFull = hasCode(error, 'ENOSPC', 'EDQUOT');
  const found = isFull ? `no space is left (${messageOf(error)})` : messageOf(error);
  const fix = isFull ? 'Make space' : 'Mend that';
  return new UserError(
    'io',
    `${file}: could not be written: ${found}. ${fix}, then run the same command with --resume: ` +
      'it continues from the last checkpoint.',
    { cause: error },
  );
}

/**
 * Puts `content` under the name `file` in one step: a reader, or a process killed at any moment, meets the old
 * content or the new one, never a part.
 * @throws UserError `io`
 */
export async function writeAtomically(file: string, content: string): Promise<void> {
  // Not the package write-file-atomic: it ignores the count of its single write(), so that a disk that fills up in the
  // middle replaces the good file with a cut one. fs.writeFile goes on until all is written or an error is reported.
  const target = await realpath(file).catch(() => file);
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, content, { flush: true });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(file, error);
  }
}

/** JSON as the files of a run have it: two spaces, a newline at the end. */
export function toJsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * The text of a file, or undefined when there is none.
 * @throws UserError `io` when it is not a regular file or cannot be read
 */
export async function readTextIfPresent(file: string): Promise<string | undefined> {
  try {
    // A device or pipe in the file's place could be endless.
    if (!(await stat(file)).isFile()) throw new Error('it is not a regular file');
    return await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw new UserError('io', `${file}: could not be read: ${messageOf(error)}`, { cause: error });
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
