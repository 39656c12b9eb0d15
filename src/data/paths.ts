import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../errors.js';
import { type DatasetFormat, type DatasetName, DATASETS, recordBytes } from './formats.js';

/** What decides the folder of the data sets; `option` is the value of `--data-dir` (or `--dir`). */
export interface DataRootSources {
  readonly option?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The absolute path of the folder that holds the data sets: the option, else `GAN_BENCH_DATA`,
 * else `data/` in the current directory.
 * @throws {UserError} `usage` when the option is empty.
 */
export function resolveDataRoot({ option, env }: DataRootSources): string {
  if (option === '')
    throw new UserError('usage', 'the data folder given is empty; give a path or leave the option out');
  const fromEnvironment = env['GAN_BENCH_DATA'];
  if (option !== undefined) return resolve(option);
  return resolve(fromEnvironment === undefined || fromEnvironment === '' ? 'data' : fromEnvironment);
}

/** The absolute path of the folder that holds a data set's files; the embedded one lies in the program itself. */
export function datasetDirectory(name: DatasetName, root: string): string {
  const format = DATASETS[name];
  return resolve(format.archive === undefined ? join(packageRoot(), 'data') : root, format.folder);
}

/** Whether all record files of a data set are there, each with its exact size. Contents are not read. */
export async function isPresent(name: DatasetName, root: string): Promise<boolean> {
  return (await sizeProblems(DATASETS[name], datasetDirectory(name, root))).length === 0;
}

/** What is wrong with the sizes of the record files in `directory`, one sentence each; empty when nothing is. */
export async function sizeProblems(format: DatasetFormat, directory: string): Promise<string[]> {
  const problems = format.files.map(async (file) => {
    const found = await stat(join(directory, file.name)).catch(() => undefined);
    return describeSize(format, file.name, found?.isFile() === true ? found.size : undefined);
  });
  return (await Promise.all(problems)).filter((problem) => problem !== undefined);
}

/** The sentence for a file of `bytes` bytes, undefined when that is its size; `bytes` undefined: no such file. */
export function describeSize(
  format: DatasetFormat,
  fileName: string,
  bytes: number | undefined,
): string | undefined {
  if (bytes === undefined) return `${fileName} is missing`;
  const records = format.files.find((file) => file.name === fileName)?.records ?? 0;
  const expected = records * recordBytes(format);
  if (bytes === expected) return undefined;
  return `${fileName} has ${bytes} bytes, expected ${expected} (${records} records of ${recordBytes(format)} bytes)`;
}

/** The folder of this package: the nearest one above this file that has a package.json. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
