import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.js';
import { makeFolder } from '../support/folder.js';
import { isRunning, processStart } from '../support/processes.js';
import { hasCode, readError, readJsonIfPresent, reasonOf, temporaryName, toJsonText } from './files.js';
import { HeldError } from './held.js';

/*
 * Why not proper-lockfile: it holds a lock by touching it from a timer and calls a lock stale that was not touched for
 * some seconds. A training step can block the event loop for longer than that, and a killed run's lock would stand in
 * the way until the time is over. Here a lock names the process that holds it, and is stale exactly when that process
 * is gone.
 *
 * How two starters cannot both win: a lock is a numbered file, run.lock.<n>, that comes into being complete (a hard
 * link to a finished draft) and only where no file of that number is. Whoever made one looks again, and has the folder
 * only if no other file there belongs to a running process; else it withdraws. Of two that make their files and then
 * look, at least the later one sees the other. A stale lock is not removed to make room, since a slow starter might
 * remove a fresh one in its place: the new holder makes the next number first, and only holders clear stale ones away.
 */

const ownerSchema = z.object({
  /** Messages name it, so it is a word and no more. */
  host: z.string().regex(/^[^\p{Cc}]{1,255}$/u),
  pid: z.int().positive(),
  /** Which process of that number it is, as the system tells it; null where it does not. */
  processStart: z.string().nullable(),
  lockedAt: z.iso.datetime(),
  token: z.string(),
});
type Owner = z.infer<typeof ownerSchema>;

export interface RunLock {
  /** Gives the folder free; a second call does nothing. */
  release(): Promise<void>;
}

/** The process that holds a run folder. */
export interface LockHolder extends Pick<Owner, 'host' | 'pid' | 'lockedAt'> {
  /** On this machine, where it was seen to run; of another machine there is only the lock's word. */
  readonly isHere: boolean;
}

/**
 * Takes the lock of a run folder (made if missing). A lock whose process is gone, by kill -9 for example, is taken over
 * at once; a number that the system has since given to another process is recognised by its start time (on Linux).
 * @throws HeldError when another process, or one on another machine, holds the folder; UserError `io` when it cannot be
 * written
 */
export async function lockRunDirectory(directory: string): Promise<RunLock> {
  const owner: Owner = {
    host: hostname(),
    pid: process.pid,
    processStart: (await processStart(process.pid)) ?? null,
    lockedAt: new Date().toISOString(),
    token: randomUUID(),
  };
  const draft = temporaryName(join(directory, 'run.lock'));
  let file: string;
  try {
    await makeFolder(directory);
    await writeFile(draft, toJsonText(owner), { flush: true });
    file = await acquire(directory, draft);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      'io',
      `${directory}: could not be locked for this run: ${reasonOf(error)}. Mend that, or choose another folder with --out.`,
      { cause: error },
    );
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
  return {
    async release() {
      try {
        // Somebody may have deleted our lock by hand, and another process may since have taken the number.
        if ((await readOwner(file))?.token === owner.token) await rm(file, { force: true });
      } catch {
        // A lock that stays is taken over once this process is gone; it must not cost what was done under it.
      }
    },
  };
}

async function acquire(directory: string, draft: string): Promise<string> {
  for (;;) {
    const numbers = await lockNumbers(directory);
    for (const number of numbers) await requireGone(directory, number);
    const own = (numbers.at(-1) ?? 0) + 1;
    const file = lockFile(directory, own);
    if (!(await createFrom(draft, file))) continue;
    try {
      const stale: number[] = [];
      for (const number of await lockNumbers(directory)) {
        if (number !== own && (await requireGone(directory, number)) === 'stale') stale.push(number);
      }
      for (const number of stale) await rm(lockFile(directory, number), { force: true });
      return file;
    } catch (error) {
      await rm(file, { force: true });
      // The other one may be about to withdraw as well, so it is looked at once more.
      if (!(error instanceof UserError)) throw error;
    }
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

/**
 * Whether a lock is left from a process that is gone, or was taken away itself.
 * @throws UserError `io` when it belongs to a process that is running, or may be
 */
async function requireGone(directory: string, number: number): Promise<'stale' | 'removed'> {
  const file = lockFile(directory, number);
  const holder = await readOwner(file);
  if (holder === undefined) return 'removed';
  if (await isGone(holder)) return 'stale';
  if (holder.host !== hostname()) {
    throw new HeldError(
      `${directory}: is in use by process ${holder.pid} on the machine "${holder.host}" since ${holder.lockedAt}, and ` +
        `from here it cannot be seen whether that is still running. If it is not, delete ${file} and try again.`,
    );
  }
  const who = holder.pid === process.pid ? 'this very process' : `process ${holder.pid}`;
  throw new HeldError(
    `${directory}: is in use by ${who} since ${holder.lockedAt}. Wait for it or stop it, or choose another folder with --out.`,
  );
}

/** Of a process on another machine that cannot be said from here. */
async function isGone({ host, pid, processStart }: Owner): Promise<boolean> {
  return host === hostname() && !(await isRunning(pid, processStart));
}

/**
 * Who works in a run folder; it is only looked at. A lock of another machine counts, whether or not its process is gone.
 * @returns undefined when nobody does
 * @throws UserError `io` when a lock or the folder cannot be read
 */
export async function lockHolder(directory: string): Promise<LockHolder | undefined> {
  const numbers = await lockNumbers(directory).catch((error: unknown) => {
    throw readError(directory, error);
  });
  for (const number of numbers) {
    const holder = await readOwner(lockFile(directory, number));
    if (holder === undefined || (await isGone(holder))) continue;
    const { host, pid, lockedAt } = holder;
    return { host, pid, lockedAt, isHere: host === hostname() };
  }
  return undefined;
}

function lockFile(directory: string, number: number): string {
  return join(directory, `run.lock.${number}`);
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

async function readOwner(file: string): Promise<Owner | undefined> {
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
