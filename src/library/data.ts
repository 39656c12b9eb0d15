import process from 'node:process';

import { folderSource, type RunConfig } from '../config/index.js';
import type { Pause, Retry } from '../data/download.js';
import { fetchDataset, type FetchProgress, type FetchResult } from '../data/fetch.js';
import { DATASETS, type DatasetName } from '../data/formats.js';
import { requireFolder } from '../data/folder/load.js';
import { archiveUrl } from '../data/mirror.js';
import { datasetDirectory, isPresent, resolveDataRoot } from '../data/paths.js';
import { UserError } from '../errors.js';
import { toldBy } from '../support/stream.js';

/** How far a fetch is, or the reading of many images. */
export type DataProgress =
  FetchProgress | { readonly phase: 'read'; readonly done: number; readonly total: number };

/** How far a data set is that has to be fetched or read, and why its download is tried again. */
export type DataEvent =
  | ({ readonly type: 'data-progress'; readonly dataset: string } & DataProgress)
  | ({ readonly type: 'data-retry'; readonly dataset: DatasetName } & Retry);

/** Where data sets lie, and where they come from. */
export interface DataOptions {
  /** The data folder; default: `$GAN_BENCH_DATA`, else `data/`. */
  readonly dataDir?: string | undefined;
  /** Never download: a missing data set is an error. */
  readonly offline?: boolean | undefined;
  /** The address of a folder to download from, or of the archive itself; default: the data set's home. */
  readonly mirror?: string | undefined;
}

export interface EnsureOptions extends Pick<DataOptions, 'offline' | 'mirror'> {
  readonly signal?: AbortSignal | undefined;
  readonly pause?: Pause | undefined;
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

/** The folder of the data sets. */
export function dataRootOf({ dataDir }: Pick<DataOptions, 'dataDir'>): string {
  return resolveDataRoot({ option: dataDir, env: process.env });
}

/**
 * Fetches a data set that is not in the data root.
 * @throws {UserError} `data` when it is missing and `offline`, or cannot be fetched; `usage` for a wrong mirror, also
 *   where nothing has to be fetched. See {@link fetchDataset}.
 */
export async function ensureDataset(
  name: DatasetName,
  root: string,
  { offline = false, ...options }: EnsureOptions,
): Promise<FetchResult> {
  const { archive, folder } = DATASETS[name];
  if (archive !== undefined) archiveUrl(archive, options.mirror);
  const directory = datasetDirectory(name, root);
  if (await isPresent(name, root)) return { directory, downloaded: false };
  if (offline && archive !== undefined)
    throw new UserError(
      'data',
      `${name} is not in ${directory}, and --offline forbids downloading it; where there is a network, run: ` +
        `gan-bench data fetch ${name} --data-dir ${root} (or name the folder that holds ${folder}/ ` +
        'with --data-dir or GAN_BENCH_DATA)',
    );
  return await fetchDataset({ name, root, ...options });
}

/**
 * Fetches data sets that are not in the data root, and tells how far that is.
 * @throws what `signal` was aborted with; UserError as {@link ensureDataset}
 */
export async function* provideDatasets(
  names: Iterable<DatasetName>,
  { dataDir, offline, mirror, signal }: DataOptions & { readonly signal?: AbortSignal | undefined },
): AsyncGenerator<DataEvent, void> {
  const root = dataRootOf({ dataDir });
  for (const name of names) {
    yield* toldBy<DataEvent, FetchResult>(
      (tell, stop) =>
        ensureDataset(name, root, {
          ...{ offline, mirror, signal: stop },
          onProgress(progress) {
            tell({ type: 'data-progress', dataset: name, ...progress });
          },
          onRetry(retry) {
            tell({ type: 'data-retry', dataset: name, ...retry });
          },
        }),
      { signal },
    );
  }
}

/**
 * Fetches what configurations name and is not there, and looks whether the folders are there that they have instead.
 * @throws as {@link provideDatasets}; UserError `data` for a folder that is missing
 */
export async function* provideData(
  configs: readonly Pick<RunConfig, 'dataset'>[],
  options: DataOptions & { readonly signal?: AbortSignal | undefined },
): AsyncGenerator<DataEvent, void> {
  const folders = new Set(configs.flatMap(({ dataset }) => folderSource(dataset)?.folder ?? []));
  for (const folder of folders) await requireFolder(folder);
  yield* provideDatasets(new Set(configs.flatMap(({ dataset }) => dataset.name ?? [])), options);
}
