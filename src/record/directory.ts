import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LARGEST_SEED } from '../config/index.js';
import { UserError } from '../errors.js';
import { makeFolder } from '../support/folder.js';
import {
  hasCode,
  readJsonIfPresent,
  reasonOf,
  removeAbandoned,
  toJsonText,
  writeAtomically,
} from './files.js';
import { gradientsTable } from './tables/gradients.js';
import { metricsTable } from './tables/metrics.js';
import { stepsTable } from './tables/steps.js';

/** The files of one run (one seed). */
export interface RunPaths {
  readonly directory: string;
  readonly config: string;
  readonly manifest: string;
  readonly metrics: string;
  readonly gradients: string;
  readonly steps: string;
  readonly checkpoints: string;
}

/** The folder of an experiment, which holds one folder per seed: `<output>/<name>`. */
export function experimentDirectory(output: string, name: string): string {
  return join(output, name);
}

/** The folder of one run: `<output>/<name>/seed-<seed>`. */
export function runDirectory(output: string, name: string, seed: number): string {
  return join(experimentDirectory(output, name), `seed-${seed}`);
}

/** The seed that a folder of that name belongs to; undefined when it is not named for one. */
export function seedOfFolder(name: string): number | undefined {
  const digits = /^seed-(0|[1-9]\d*)$/.exec(name)?.[1];
  const seed = digits === undefined ? undefined : Number(digits);
  return seed !== undefined && seed <= LARGEST_SEED ? seed : undefined;
}

/** Where the files of the run in `directory` are. */
export function runPaths(directory: string): RunPaths {
  return {
    directory,
    config: join(directory, 'config.json'),
    manifest: join(directory, 'manifest.json'),
    metrics: join(directory, metricsTable.fileName),
    gradients: join(directory, gradientsTable.fileName),
    steps: join(directory, stepsTable.fileName),
    checkpoints: join(directory, 'checkpoints'),
  };
}

/** Whether a run has begun in this folder: any of its files but the lock is there. */
export async function hasRun(directory: string): Promise<boolean> {
  const { config, manifest, metrics, checkpoints } = runPaths(directory);
  for (const path of [config, manifest, metrics, checkpoints]) {
    if (await exists(path)) return true;
  }
  return false;
}

/**
 * Makes the folder ready for a run and writes the resolved configuration into it. A resumed run keeps the
 * config.json that it began with. Call it while holding the folder's lock.
 * @returns whether a run was there already
 * @throws UserError `usage` when a run is there and `resume` is false; `io`
 */
export async function prepareRunDirectory(
  directory: string,
  config: unknown,
  options: { readonly resume: boolean },
): Promise<{ readonly existing: boolean }> {
  try {
    await makeFolder(directory);
    await removeUnfinished(directory);
  } catch (error) {
    throw new UserError(
      'io',
      `${directory}: the folder of the run could not be made ready: ${reasonOf(error)}. Mend that, or choose another with --out.`,
      { cause: error },
    );
  }
  const existing = await hasRun(directory);
  if (existing && !options.resume) throw runExists(directory);
  const { config: file } = runPaths(directory);
  if (!(await exists(file))) await writeAtomically(file, toJsonText(config));
  return { existing };
}

/** The refusal to start over a run that is there. */
export function runExists(directory: string): UserError {
  return new UserError(
    'usage',
    `${directory}: a run is there already. Add --resume to continue it, choose another folder with --out or ` +
      'another name with --set name=…, or delete the folder.',
  );
}

/**
 * The resolved configuration that a run began with, not validated; undefined when there is none.
 * @throws UserError `io` when config.json cannot be read or is not JSON
 */
export function readRunConfig(directory: string): Promise<unknown> {
  return readJsonIfPresent(runPaths(directory).config);
}

/** Drops what killed processes left: of the run's own files, which only the holder of the lock writes, and of locks. */
async function removeUnfinished(directory: string): Promise<void> {
  const unfinished = (await readdir(directory)).filter((name) => /\.(json|csv)\.[\w.-]+\.tmp$/.test(name));
  for (const name of unfinished) await rm(join(directory, name), { force: true });
  await removeAbandoned(directory);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw new UserError('io', `${path}: could not be looked at: ${reasonOf(error)}`, { cause: error });
  }
}
