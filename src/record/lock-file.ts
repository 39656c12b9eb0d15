import { constants } from 'node:fs';
import { copyFile, link, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.js';
import { hasCode, readJsonIfPresent, temporaryName, toJsonText } from './files.js';
import { BEAT_KEY } from './heartbeat.js';
import { slurmJobSchema } from './slurm-job.js';

const ownerSchema = z.object({
  /** Messages name it, so it is a word and no more. */
  host: z.string().regex(/^[^\p{Cc}]{1,255}$/u),
  pid: z.int().positive(),
  /** Which process of that number it is, as the system tells it; null where it does not. */
  processStart: z.string().nullable(),
  lockedAt: z.iso.datetime(),
  token: z.string(),
  /** Where that number has a meaning, as `processPlace` tells it. Absent in locks of versions that went by the host's name. */
  place: z.string().nullable().optional(),
  /** The SLURM job that it works for. */
  slurm: slurmJobSchema.nullable().optional(),
  /**
   * The last sign of life, by the holder's clock; it always grows. A reader may meet a part of the old one and a part of
   * the new one, so only its form is looked at. Absent in locks of versions that gave none.
   */
  [BEAT_KEY]: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    .optional(),
});

/** What a lock says of the process that made it. */
export type LockOwner = z.infer<typeof ownerSchema>;

/** A lock in a run folder. */
export interface FoundLock {
  readonly number: number;
  readonly file: string;
  readonly owner: LockOwner;
}

/** The numbers of the locks in the folder, ascending. */
async function lockNumbers(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  const numbers = names.map((name) => /^run\.lock\.([1-9]\d*)$/.exec(name)?.[1]);
  return numbers
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * The locks in a run folder, by ascending number; one that is taken away meanwhile is left out.
 * @throws UserError `io` for a lock that is not one; Error with the system's code when the folder cannot be listed
 */
export async function locksIn(directory: string): Promise<FoundLock[]> {
  const found: FoundLock[] = [];
  for (const number of await lockNumbers(directory)) {
    const file = join(directory, `run.lock.${number}`);
    const owner = await readOwner(file);
    if (owner !== undefined) found.push({ number, file, owner });
  }
  return found;
}

/** @throws UserError `io` when it cannot be read or is not a lock */
async function readOwner(file: string): Promise<LockOwner | undefined> {
  const fix = 'If no other process works in this folder, delete that file and try again.';
  let value: unknown;
  try {
    value = await readJsonIfPresent(file);
  } catch (error) {
    throw new UserError('io', `${file}: this lock cannot be read. ${fix}`, { cause: error });
  }
  if (value === undefined) return undefined;
  const parsed = ownerSchema.safeParse(value);
  if (!parsed.success) throw new UserError('io', `${file}: this lock does not name its holder. ${fix}`);
  return parsed.data;
}

/**
 * Makes the lock with that number: it comes into being complete (a hard link to a finished draft), and only where no
 * file of that number is.
 * @returns undefined when there is one
 * @throws Error with the system's code
 */
export async function createLock(
  directory: string,
  number: number,
  owner: LockOwner,
): Promise<FoundLock | undefined> {
  const draft = temporaryName(join(directory, 'run.lock'));
  const lock = { number, file: join(directory, `run.lock.${number}`), owner };
  try {
    await writeFile(draft, toJsonText(owner), { flush: true });
    if (await createFrom(draft, lock.file)) return lock;
    // A network folder that asks twice, since the answer was lost, is told that it was there already.
    return (await isThere(lock)) ? lock : undefined;
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** @returns false when the file is there already */
async function createFrom(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file).catch(async (error: unknown) => {
      // Some file systems (exFAT, network drives) have no hard links.
      if (!hasCode(error, 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP')) throw error;
      await copyFile(draft, file, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Whether a lock is there, still or by now, as its holder made it. */
export async function isThere({ file, owner }: FoundLock): Promise<boolean> {
  return (await readOwner(file))?.token === owner.token;
}

/** Removes a lock, unless another holder's has taken its number. */
export async function removeLock(lock: FoundLock): Promise<void> {
  if (await isThere(lock)) await rm(lock.file, { force: true });
}
