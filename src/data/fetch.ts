import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { makeFolder } from '../support/folder.js';
import { type Attempt, beginAttempt, removeAbandoned, sizeOf } from './attempt.js';
import { download, type Pause, type Retry } from './download.js';
import { extractArchive } from './extract.js';
import { type Archive, type DatasetFormat, type DatasetName, DATASETS } from './formats.js';
import { ioError } from './io.js';
import { archiveUrl } from './mirror.js';
import { datasetDirectory, sizeProblems } from './paths.js';
import { verifyFormat } from './verify.js';

/** How far a fetch is: bytes while downloading and verifying, files while extracting. */
export interface FetchProgress {
  readonly phase: 'download' | 'verify' | 'extract';
  readonly done: number;
  readonly total: number | undefined;
}

export interface FetchOptions {
  /** The data root, which will hold the data set's folder; made when missing. */
  readonly root: string;
  /** The address of another server's folder, or of the archive itself; http or https. */
  readonly mirror?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
  /** How to wait before a download is tried again; a real pause by default. */
  readonly pause?: Pause | undefined;
}

export interface FetchResult {
  readonly directory: string;
  /** False when it was there already. */
  readonly downloaded: boolean;
}

/**
 * Makes a data set available in the data root: downloads the official archive, verifies its MD5, extracts it beside
 * its final place, checks the files, and publishes the folder with one rename, so that it is there whole or not at
 * all. A download that was cut off, or killed, goes on where it stopped. Does nothing when the files are there.
 * @throws {UserError} `data` for a server, archive or existing folder that is not right, `io` when the folder cannot
 *   be written, `usage` for a wrong mirror. The signal's reason when aborted.
 */
export async function fetchDataset(
  options: FetchOptions & { readonly name: DatasetName },
): Promise<FetchResult> {
  const format = DATASETS[options.name];
  const { archive } = format;
  if (archive !== undefined) return fetchArchive(format, archive, options);
  const directory = datasetDirectory(options.name, options.root);
  const problems = await sizeProblems(format, directory);
  if (problems.length === 0) return { directory, downloaded: false };
  throw new UserError(
    'data',
    `${directory}: ${problems.join('; ')}; ${options.name} comes with the program: install the program again`,
  );
}

/** As {@link fetchDataset}, for any format and archive. */
export async function fetchArchive(
  format: DatasetFormat,
  archive: Archive,
  options: FetchOptions,
): Promise<FetchResult> {
  const url = archiveUrl(archive, options.mirror);
  const directory = join(options.root, format.folder);
  await writing(options.root, makeFolder(options.root));
  if (await isPublished(format, directory)) {
    await removeAbandoned(options.root, archive.fileName).catch(() => undefined);
    return { directory, downloaded: false };
  }
  const attempt = await beginAttempt(options.root, archive.fileName);
  try {
    await obtain(url, archive, attempt, options);
    await unpack(format, archive, attempt, options);
    await publish(format, join(attempt.staging, format.folder), directory);
  } catch (error) {
    await attempt.release();
    throw error;
  }
  await attempt.discard();
  return { directory, downloaded: true };
}

/** Whether the folder is there and whole. A folder that is neither is the user's to judge, so it is not replaced. */
async function isPublished(format: DatasetFormat, directory: string): Promise<boolean> {
  const problems = await sizeProblems(format, directory);
  if (problems.length === 0) return true;
  const content = await readdir(directory).catch(() => []);
  if (content.length === 0) return false;
  throw new UserError(
    'data',
    `${directory}: this folder is there but is not ${format.name}: ${problems.join('; ')}; ` +
      `remove or rename the folder, then run: gan-bench data fetch ${format.name}`,
  );
}

/** Downloads and verifies; a wrong file that began with the rest of an earlier attempt gets a second chance. */
async function obtain(url: string, archive: Archive, attempt: Attempt, options: FetchOptions): Promise<void> {
  for (;;) {
    const inherited = await sizeOf(attempt.part);
    if (inherited !== archive.bytes) await downloadPart(url, archive, attempt, options);
    options.signal?.throwIfAborted();
    const found = await md5Of(attempt.part, options);
    if (found === archive.md5) return;
    const bytes = await sizeOf(attempt.part);
    await rm(attempt.part, { force: true });
    if (inherited > 0) continue;
    throw new UserError(
      'data',
      `${url}: wrong checksum: expected md5 ${archive.md5}, found ${found} (${bytes} bytes; the official archive has ${archive.bytes}). ` +
        'The download was removed. Run the command again; if it happens again, the server does not have the official file: ' +
        'choose another one with --mirror',
    );
  }
}

async function downloadPart(
  url: string,
  archive: Archive,
  attempt: Attempt,
  options: FetchOptions,
): Promise<void> {
  try {
    await download({
      url,
      part: attempt.part,
      limit: archive.bytes,
      signal: options.signal,
      onRetry: options.onRetry,
      pause: options.pause,
      onProgress: (done, total) => options.onProgress?.({ phase: 'download', done, total }),
    });
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'data') throw error;
    const bytes = await sizeOf(attempt.part);
    const kept = bytes === 0 ? '' : `; the first ${bytes} bytes are kept in ${attempt.resting} to go on from`;
    throw new UserError(
      'data',
      `${error.message}${kept}. Run the command again, choose another server with --mirror, ` +
        `or put the extracted archive into ${options.root}`,
      { cause: error },
    );
  }
}

async function md5Of(path: string, { onProgress, signal }: FetchOptions): Promise<string> {
  const total = await sizeOf(path);
  const hash = createHash('md5');
  let done = 0;
  if (total === 0) return hash.digest('hex');
  const stream: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: 1 << 20 });
  for await (const chunk of stream) {
    signal?.throwIfAborted();
    hash.update(chunk);
    done += chunk.length;
    onProgress?.({ phase: 'verify', done, total });
  }
  return hash.digest('hex');
}

/** Extracts into the staging folder and checks what came out. An archive that is no good is not kept. */
async function unpack(
  format: DatasetFormat,
  archive: Archive,
  attempt: Attempt,
  options: FetchOptions,
): Promise<void> {
  try {
    await extractArchive({
      format,
      archive,
      path: attempt.part,
      into: attempt.staging,
      onProgress: (done, total) => options.onProgress?.({ phase: 'extract', done, total }),
    });
    const report = await verifyFormat(format, join(attempt.staging, format.folder));
    if (!report.ok)
      throw new UserError('data', `${archive.fileName}: damaged content: ${report.problems.join('; ')}`);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'data') throw error;
    await rm(attempt.part, { force: true });
    throw new UserError('data', `${error.message}; the archive was removed: choose a server with --mirror`, {
      cause: error,
    });
  }
  options.signal?.throwIfAborted();
}

async function publish(format: DatasetFormat, from: string, directory: string): Promise<void> {
  // The rename must not reach the disk before the contents do, or a power cut leaves an empty data set.
  for (const { name } of format.files) await writing(from, flush(join(from, name)));
  try {
    await rename(from, directory);
  } catch (error) {
    // Another process was first; both have checked what they publish.
    if ((await sizeProblems(format, directory)).length > 0) throw ioError(directory, error);
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.datasync().finally(() => file.close());
}

async function writing<T>(path: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw ioError(path, error);
  });
}
