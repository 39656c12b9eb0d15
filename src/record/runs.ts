import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import pMap from 'p-map';
import { UserError } from '../errors.js';
import { runPaths, seedOfFolder } from './directory.js';
import { hasCode, reasonOf } from './files.js';
import { readWholeRun, type PassedOver, type RunState, type WholeRun } from './run-state.js';

/** How far below a folder runs are looked for. A sweep's are three below the folder of results. */
export const DEEPEST = 8;

/** Runs that are read at the same time: more are no faster, and what is read then outlives a collection of garbage. */
const AT_ONCE = 4;

export interface FoundRuns {
  /** By experiment and seed. */
  readonly runs: readonly RunState[];
  /** What has a run's name and is none, and what could not be looked into. */
  readonly passedOver: readonly PassedOver[];
}

/**
 * How the runs below a folder stand, or the one that it is itself. Nothing is written and no lock taken. Links are not
 * followed.
 * @throws UserError `usage` when the folder is not there; `io` when it cannot be listed
 */
export async function listRuns(root: string): Promise<FoundRuns> {
  const { runs, passedOver } = await readRuns(root);
  return { runs: runs.map(({ state }) => state), passedOver };
}

/** Like {@link listRuns}, with what the files of the runs say. */
export async function readRuns(
  root: string,
): Promise<{ readonly runs: readonly WholeRun[]; readonly passedOver: readonly PassedOver[] }> {
  const found: Found = { folders: [], passedOver: [] };
  await search(root, 0, found);
  const runs: WholeRun[] = [];
  const { folders, passedOver } = found;
  const read = await pMap(folders, ({ directory, seed }) => readWholeRun(directory, { root, seed }), {
    concurrency: AT_ONCE,
  });
  for (const run of read) {
    if ('state' in run) runs.push(run);
    else passedOver.push(run);
  }
  return { runs: runs.sort((a, b) => byName(a.state, b.state)), passedOver };
}

/**
 * The folders of the runs below a folder, or it itself, as they stand there.
 * @throws UserError as {@link readRuns}
 */
export async function runFolders(root: string): Promise<string[]> {
  const found: Found = { folders: [], passedOver: [] };
  await search(root, 0, found);
  return found.folders.map(({ directory }) => directory);
}

const names = new Intl.Collator('en', { numeric: true });

/** By experiment, then seed; numbers in names by their size. */
export function byName(a: RunState, b: RunState): number {
  return names.compare(a.experiment, b.experiment) || a.seed - b.seed;
}

interface Found {
  readonly folders: { readonly directory: string; readonly seed: number }[];
  readonly passedOver: PassedOver[];
}

async function search(directory: string, depth: number, found: Found): Promise<void> {
  const entries = await entriesOf(directory, depth, found);
  const seed = seedOfFolder(basename(resolve(directory)));
  if (seed !== undefined && isRunFolder(directory, entries)) {
    found.folders.push({ directory, seed });
    return;
  }
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (depth < DEEPEST) await search(path, depth + 1, found);
      else found.passedOver.push({ directory: path, reason: `it lies more than ${DEEPEST} folders deep` });
    } else if (entry.isSymbolicLink() && seedOfFolder(entry.name) !== undefined) {
      found.passedOver.push({ directory: path, reason: 'it is a link, and links are not followed' });
    }
  }
}

function isRunFolder(directory: string, entries: readonly Dirent[]): boolean {
  const { manifest, config } = runPaths(directory);
  return entries.some(({ name }) => name === basename(manifest) || name === basename(config));
}

async function entriesOf(directory: string, depth: number, found: Found): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (depth === 0) throw noList(directory, error);
    // What was removed meanwhile is nobody's loss.
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) found.passedOver.push({ directory, reason: reasonOf(error) });
    return [];
  }
}

function noList(directory: string, error: unknown): UserError {
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) {
    return new UserError(
      'usage',
      `${directory}: there is no such folder. Name the folder that the runs were written into (the key output, or --out).`,
      { cause: error },
    );
  }
  return new UserError('io', `${directory}: could not be listed: ${reasonOf(error)}`, { cause: error });
}
