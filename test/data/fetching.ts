import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { fetchArchive, type FetchOptions, type FetchResult } from '../../src/data/fetch.js';
import { messageOf } from '../../src/errors.js';
import {
  type Answer,
  cyclicLabels,
  describeArchive,
  honestEntries,
  recordFile,
  serve,
  type Server,
  tarGz,
  temporaryFolder,
  tiny,
} from './fixtures.js';

export const archiveBytes = tarGz(honestEntries());
export const archive = describeArchive(archiveBytes);
/** What a download that was given up leaves in the data root. */
export const partName = `${archive.fileName}.part`;
/** Tries again at once. */
export const patient = { pause: () => Promise.resolve() } satisfies Partial<FetchOptions>;

export interface Outcome {
  readonly root: string;
  readonly server: Server;
  readonly result: FetchResult | undefined;
  readonly error: unknown;
  readonly message: string;
}

/** Fetches the tiny data set from a local server with the given answers. */
export async function fetchFrom(
  answers: readonly Answer[],
  options: Partial<FetchOptions> = {},
): Promise<Outcome> {
  const root = options.root ?? (await temporaryFolder());
  const server = await serve(...answers);
  try {
    const result = await fetchArchive(tiny, archive, { ...patient, root, mirror: server.url, ...options });
    return { root, server, result, error: undefined, message: '' };
  } catch (error) {
    return { root, server, result: undefined, error, message: messageOf(error) };
  }
}

/** The data root holds the whole data set, and nothing else. */
export async function expectPublished(root: string): Promise<void> {
  expect(await readdir(root)).toEqual([tiny.folder]);
  for (const file of tiny.files) {
    const found = await readFile(join(root, tiny.folder, file.name));
    expect(recordFile(tiny, cyclicLabels(file, 2)).equals(found)).toBe(true);
  }
}
