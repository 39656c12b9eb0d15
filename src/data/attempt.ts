import { randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isRunning } from '../support/processes.js';

/** A foreign machine's attempt that has not written for this long counts as abandoned. */
const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/**
 * One attempt to fetch an archive. It owns its two paths, so that processes that fetch the same data set at the same
 * time never write to one file; what a killed attempt leaves is taken over by the next, by renaming it.
 */
export interface Attempt {
  /** The growing archive; may hold the bytes of an abandoned attempt already. */
  readonly part: string;
  /** Where `release` leaves the part for the next attempt. */
  readonly resting: string;
  /** The folder to extract into. */
  readonly staging: string;
  /** Removes the staging folder and keeps the part, unless it is empty, for the next attempt. */
  release(): Promise<void>;
  /** Removes all that belongs to the attempt. */
  discard(): Promise<void>;
}

// Process ids say nothing about attempts of this very process (or of an earlier one that had the same id).
const ownTags = new Set<string>();
const HOST = hostname().replaceAll(/[^A-Za-z0-9.]/g, '_');

/** Starts an attempt in the folder `root` for the archive `fileName`, taking over what abandoned ones left. */
export async function beginAttempt(root: string, fileName: string): Promise<Attempt> {
  const tag = `${HOST}-${process.pid}-${randomBytes(4).toString('hex')}`;
  const part = join(root, `${fileName}.${tag}.part`);
  const staging = join(root, `${fileName}.${tag}.extracted`);
  const resting = join(root, `${fileName}.part`);
  ownTags.add(tag);
  for (const left of await sweepAbandoned(root, fileName)) {
    // A rename that fails lost against another process that takes over the same file.
    const taken = (await sizeOf(left)) > (await sizeOf(part)) ? rename(left, part) : rm(left, { force: true });
    await taken.catch(() => undefined);
  }
  const end = async (): Promise<void> => {
    await rm(staging, { recursive: true, force: true });
    ownTags.delete(tag);
  };
  return {
    part,
    resting,
    staging,
    release: async () => {
      // What cannot be kept, since something else rests there, is removed: this is not what the attempt failed of.
      if ((await sizeOf(part)) > 0) await rename(part, resting).catch(() => undefined);
      await rm(part, { force: true });
      await end();
    },
    discard: async () => {
      await rm(part, { force: true });
      await end();
    },
  };
}

/** Removes everything that abandoned attempts left for the archive `fileName`. */
export async function removeAbandoned(root: string, fileName: string): Promise<void> {
  for (const part of await sweepAbandoned(root, fileName)) await rm(part, { force: true });
}

/** Removes the staging folders of abandoned attempts and returns their parts. */
async function sweepAbandoned(root: string, fileName: string): Promise<string[]> {
  const parts: string[] = [];
  for (const name of await readdir(root)) {
    const path = join(root, name);
    if (name === `${fileName}.part`) parts.push(path);
    if (!name.startsWith(`${fileName}.`)) continue;
    const match = /^(?<host>[^-]+)-(?<pid>\d+)-[0-9a-f]{8}\.(?<kind>part|extracted)$/.exec(
      name.slice(fileName.length + 1),
    );
    if (match?.groups === undefined) continue;
    const { host, pid, kind } = match.groups;
    const tag = name.slice(fileName.length + 1, -`.${kind ?? ''}`.length);
    if (await isAlive(path, tag, host ?? '', Number(pid))) continue;
    if (kind === 'part') parts.push(path);
    else await rm(path, { recursive: true, force: true });
  }
  return parts;
}

async function isAlive(path: string, tag: string, host: string, pid: number): Promise<boolean> {
  if (host !== HOST) {
    const modified = await stat(path).then(
      (found) => found.mtimeMs,
      () => 0,
    );
    return Date.now() - modified < ABANDONED_AFTER_MS;
  }
  if (pid === process.pid) return ownTags.has(tag);
  return await isRunning(pid, null);
}

/** The size of a file in bytes, 0 when there is none, or something else: a link would lead writing out of the folder. */
export async function sizeOf(path: string): Promise<number> {
  return lstat(path).then(
    (found) => (found.isFile() ? found.size : 0),
    () => 0,
  );
}
