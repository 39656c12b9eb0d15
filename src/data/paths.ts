import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf, systemCode, UserError } from '../errors.js';
import { packageFolder } from '../support/package.js';
import { kindOf } from '../support/regular-file.js';
import { type DatasetName, DATASETS, recordBytes, type RecordFile, type RecordFormat } from './formats.js';

/** What decides the folder of the data sets; `option` is the value of `--data-dir`. */
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
  return resolve(format.archive === undefined ? join(packageFolder(), 'data') : root, format.folder);
}

/** Whether all record files of a data set are there, each with its exact size. Contents are not read. */
export async function isPresent(name: DatasetName, root: string): Promise<boolean> {
  return (await sizeProblems(DATASETS[name], datasetDirectory(name, root))).length === 0;
}

/** What is wrong with the sizes of the record files in `directory`, one sentence each; empty when nothing is. */
export async function sizeProblems(format: RecordFormat, directory: string): Promise<string[]> {
  const problems = format.files.map((file) => fileProblem(format, directory, file));
  return (await Promise.all(problems)).filter((problem) => problem !== undefined);
}

/** What is wrong with a record file by its kind and size, one sentence; undefined when nothing is. It is not opened. */
export async function fileProblem(
  format: RecordFormat,
  directory: string,
  { name, records }: RecordFile,
): Promise<string | undefined> {
  try {
    const found = await stat(join(directory, name));
    if (!found.isFile()) return `${name} is ${kindOf(found)}, not a file`;
    const expected = records * recordBytes(format);
    if (found.size === expected) return undefined;
    return `${name} has ${found.size} bytes, expected ${expected} (${records} records of ${recordBytes(format)} bytes)`;
  } catch (error) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '');
    return isMissing ? `${name} is missing` : `${name} cannot be looked at (${messageOf(error)})`;
  }
}
