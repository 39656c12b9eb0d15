import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { bytesIn } from '../support/folder.js';
import { pruneCheckpoints, spareCheckpoints, type PruneRule } from '../train/checkpoint-folder.js';
import { runPaths } from './directory.js';
import { readError, reasonOf } from './files.js';
import { lockRunDirectory } from './lock.js';
import { readManifest, type Manifest } from './manifest.js';
import type { RunState } from './run-state.js';

/** What can go of a finished run. */
export interface Prunable {
  readonly directory: string;
  /** Names in `checkpoints/`. */
  readonly checkpoints: readonly string[];
  readonly bytes: number;
}

/**
 * Which checkpoints of finished runs whose folder nobody holds can go; runs without any are left out.
 * @param keep how many of the newest stay in each, beside that of its best epoch where the run kept one
 */
export async function prunableRuns(runs: readonly RunState[], keep: number): Promise<Prunable[]> {
  const prunable: Prunable[] = [];
  for (const { directory, outcome, holder } of runs) {
    if (outcome !== 'finished' || holder !== undefined) continue;
    const manifest = await readManifest(directory);
    const found = await prunableIn(directory, ruleOf(keep, manifest));
    if (found.checkpoints.length > 0) prunable.push(found);
  }
  return prunable;
}

/**
 * Removes checkpoints of a finished run, and nothing else, while holding its folder.
 * @returns what was removed
 * @throws UserError `io` when the folder is in use, the run is not finished after all, or they cannot be removed
 */
export async function pruneRun(directory: string, keep: number): Promise<Prunable> {
  const lock = await lockRunDirectory(directory);
  try {
    const manifest = await readManifest(directory);
    if (manifest?.outcome !== 'finished') {
      throw new UserError(
        'io',
        `${directory}: is no longer finished; its checkpoints were left as they are.`,
      );
    }
    const rule = ruleOf(keep, manifest);
    const found = await prunableIn(directory, rule);
    await lock.confirm();
    if (found.checkpoints.length > 0) await pruneCheckpoints(runPaths(directory).checkpoints, rule);
    return found;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      'io',
      `${directory}: its checkpoints could not be removed: ${reasonOf(error)}. Mend that and repeat the command.`,
      { cause: error },
    );
  } finally {
    await lock.release();
  }
}

async function prunableIn(directory: string, rule: PruneRule): Promise<Prunable> {
  const { checkpoints: folder } = runPaths(directory);
  // What lies behind a link is not this run's.
  const isFolder = await lstat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  const checkpoints = isFolder
    ? await spareCheckpoints(folder, rule).catch((error: unknown) => {
        throw readError(folder, error);
      })
    : [];
  let bytes = 0;
  for (const name of checkpoints) bytes += await bytesIn(join(folder, name));
  return { directory, checkpoints, bytes };
}

/** Of a finished run no step is too late, and the untrained state counts as any other. */
function ruleOf(keep: number, manifest: Manifest | undefined): PruneRule {
  const best = manifest?.best;
  const keepsBest = best !== undefined && best.checkpoint !== null;
  return { step: Infinity, keep, keepInitial: false, best: keepsBest ? best.step : undefined };
}
