import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { runPaths } from './directory.js';
import { runFolders } from './runs.js';

/** What is looked at. */
export interface Watched {
  /** Folders of runs, at any depth. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/**
 * A text that changes when a row, a manifest or a configuration is written in one of the runs below the folders, a run
 * begins or gives up its folder, or one of the files changes. It goes by sizes and times, nothing is read, and what
 * cannot be looked at is another state: it never fails.
 */
export async function fingerprintOf({ folders, files }: Watched): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) hash.update(await lineOf(file));
  for (const folder of folders) {
    for (const directory of await foldersBelow(folder)) {
      const { config, manifest, metrics, gradients } = runPaths(directory);
      for (const file of [config, manifest, metrics, gradients]) hash.update(await lineOf(file));
      hash.update((await locksOf(directory)).join());
    }
  }
  return hash.digest('hex');
}

async function lineOf(file: string): Promise<string> {
  const stats = await stat(file).catch(() => undefined);
  return `${JSON.stringify(file)} ${stats?.size ?? ''} ${stats?.mtimeMs ?? ''}\n`;
}

async function foldersBelow(folder: string): Promise<string[]> {
  return await runFolders(folder).catch(() => []);
}

/** A lock is written again and again, as a sign of life; that it is there is enough. */
async function locksOf(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => name.startsWith('run.lock.')).sort();
}
