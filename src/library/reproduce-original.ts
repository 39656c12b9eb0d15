import { basename, dirname, join } from 'node:path';

import { UserError } from '../errors.js';
import { readManifest, type Manifest } from '../record/manifest.js';
import { readRunState } from '../record/run-state.js';
import { runFolders } from '../record/runs.js';
import { count, printable } from '../support/text.js';
import { isThere } from './places.js';

/** A finished run, whose files are as it wrote them. */
export interface FinishedRun {
  readonly directory: string;
  readonly manifest: Manifest;
}

const EXAMPLE = 'such as results/study/adamw/seed-1';

/**
 * The finished run in a folder, or that of a manifest.json.
 * @throws UserError `usage` where there is none, `checkpoint` where its files are no longer as it wrote them
 */
export async function readOriginal(place: string): Promise<FinishedRun> {
  const directory = basename(place) === 'manifest.json' ? dirname(place) : place;
  if (!(await isThere(directory, 'folder')))
    throw new UserError(
      'usage',
      `${printable(place)}: no such folder; give the folder of a finished run, ${EXAMPLE}, or its manifest.json`,
    );
  const manifest = await readManifest(directory);
  if (manifest === undefined) throw await noRun(directory);
  if (manifest.outcome !== 'finished')
    throw new UserError(
      'usage',
      `${printable(directory)}: is a run that is not finished (${manifest.outcome}); allowed: a finished one. ` +
        'Go on with it first (run or sweep says how), or give another.',
    );
  await requireWhole(
    { directory, manifest },
    'Put its files back as they were, where it is committed with git checkout.',
  );
  return { directory, manifest };
}

/**
 * The finished run that an earlier command made in a folder; undefined where there is none, or it has to be gone on with.
 * @throws UserError `checkpoint` where its files are no longer as it wrote them
 */
export async function finishedRun(directory: string): Promise<FinishedRun | undefined> {
  const manifest = await readManifest(directory);
  if (manifest?.outcome !== 'finished') return undefined;
  await requireWhole(
    { directory, manifest },
    'Delete the folder, and the run is reproduced anew; or name another with --out.',
  );
  return { directory, manifest };
}

async function requireWhole({ directory, manifest }: FinishedRun, fix: string): Promise<void> {
  const state = await readRunState(directory, { root: directory, seed: manifest.seed });
  if ('outcome' in state && state.outcome !== 'damaged') return;
  throw new UserError('checkpoint', `${state.reason ?? printable(directory)} The run is damaged. ${fix}`);
}

/** A folder above runs, that of a sweep say, or any other. */
async function noRun(directory: string): Promise<UserError> {
  const [first, ...others] = (await runFolders(directory)).sort();
  const found =
    first === undefined
      ? `is not the folder of a run: there is no ${join(printable(directory), 'manifest.json')}; give one, ${EXAMPLE}`
      : `holds ${count(1 + others.length, 'run')}, and one is reproduced at a time: give its folder, such as ${printable(first)}`;
  return new UserError('usage', `${printable(directory)}: ${found}`);
}
