import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { afterEach } from 'vitest';
import type { Archive, DatasetFormat, DatasetName, RecordFile } from '../../src/data/formats.js';
import { DATASETS, labelBytes, recordBytes } from '../../src/data/formats.js';
import { valuesOf } from '../../src/support/images.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gan-bench-data-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** CIFAR-100's layout with two classes in two coarse classes, four training and two test images. */
export const tiny: DatasetFormat = {
  ...DATASETS.cifar100,
  classes: 2,
  coarseClasses: 2,
  folder: 'tiny-binary',
  files: [
    { name: 'train.bin', split: 'train', records: 4, sha256: undefined },
    { name: 'test.bin', split: 'test', records: 2, sha256: undefined },
  ],
};

/** The byte of a channel at a place: record and position can be told from it. */
export function pixel(record: number, channel: number, row: number, column: number): number {
  return (record * 7 + channel * 83 + row * 5 + column * 3) % 256;
}

/** A record file whose records have the given classes (coarse label = class). */
export function recordFile(format: DatasetFormat, labels: readonly number[]): Buffer {
  const { height, width } = format.image;
  const records = labels.map((label, record) => {
    const image = Buffer.alloc(valuesOf(format.image));
    for (let i = 0; i < image.length; i++)
      image[i] = pixel(record, Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width);
    return Buffer.concat([Buffer.from(labelBytes(format) === 2 ? [label, label] : [label]), image]);
  });
  return Buffer.concat(records);
}

/** Labels 0, 1, …, classes − 1, 0, 1, … */
export function cyclicLabels({ records }: RecordFile, classes: number): number[] {
  return Array.from({ length: records }, (_, record) => record % classes);
}

/** The files of a format with cyclic labels, written into `<root>/<folder>`; returns that folder. */
export async function writeDataset(format: DatasetFormat, root: string): Promise<string> {
  const folder = join(root, format.folder);
  await mkdir(folder, { recursive: true });
  for (const file of format.files)
    await writeFile(join(folder, file.name), recordFile(format, cyclicLabels(file, format.classes)));
  return folder;
}

/** Files with black images and as many of each class as there should be. */
export async function writeRightShape(name: DatasetName, root: string): Promise<void> {
  const format = DATASETS[name];
  await mkdir(join(root, format.folder));
  for (const file of format.files) {
    const bytes = Buffer.alloc(file.records * recordBytes(format));
    for (let record = 0; record < file.records; record++)
      bytes.writeUInt8(record % format.classes, record * recordBytes(format) + labelBytes(format) - 1);
    await writeFile(join(root, format.folder, file.name), bytes);
  }
}

export interface TarEntry {
  readonly path: string;
  readonly content?: Uint8Array | string;
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'FIFO' | 'CharacterDevice' | 'SparseFile';
  readonly linkpath?: string;
  /** The size that the header claims, when it is not that of the content. */
  readonly size?: number;
  readonly mode?: number;
}

/** A .tar.gz of any entries, also of such as no archiver would make. */
export function tarGz(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, content = '', type = 'File', linkpath, size, mode = 0o644 }) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    new Header({
      path,
      type,
      size: size ?? body.length,
      mode,
      mtime: new Date(0),
      ...(linkpath !== undefined && { linkpath }),
    }).encode(header);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** The entries of an honest archive of the tiny data set. */
export function honestEntries(format: DatasetFormat = tiny): TarEntry[] {
  return [
    { path: `${format.folder}/`, type: 'Directory' },
    { path: `${format.folder}/names.txt`, content: 'zero\none\n' },
    ...format.files.map((file) => ({
      path: `${format.folder}/${file.name}`,
      content: recordFile(format, cyclicLabels(file, format.classes)),
    })),
  ];
}

/** How an archive of these bytes is described in the table of data sets. */
export function describeArchive(bytes: Uint8Array, url = 'http://127.0.0.1:9/tiny.tar.gz'): Archive {
  return {
    url,
    fileName: 'tiny.tar.gz',
    md5: createHash('md5').update(bytes).digest('hex'),
    bytes: bytes.length,
    texts: ['names.txt'],
  };
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface Server {
  /** The address of its root, with a slash at the end. */
  readonly url: string;
  /** The Range header of every request so far; undefined where there was none. */
  readonly ranges: (string | undefined)[];
  readonly paths: (string | undefined)[];
}

/** A local server; the n-th request gets the n-th answer, the last answer all that follow. */
export async function serve(...answers: readonly Answer[]): Promise<Server> {
  const ranges: (string | undefined)[] = [];
  const paths: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    paths.push(request.url);
    (answers[ranges.length - 1] ?? answers.at(-1))?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/`, ranges, paths };
}

/** Sends the bytes as a well-behaved server does, Range requests included. */
export function whole(bytes: Uint8Array): Answer {
  return (request, response) => {
    const { from, headers, status } = slice(bytes, request);
    response.writeHead(status, headers);
    response.end(status === 416 ? undefined : bytes.subarray(from));
  };
}

/** Promises all of the rest, sends `count` bytes of it, and cuts the connection. */
export function dropAfter(bytes: Uint8Array, count: number): Answer {
  return (request, response) => {
    const { from, headers, status } = slice(bytes, request);
    response.writeHead(status, headers);
    response.write(bytes.subarray(from, from + count), () => response.destroy());
  };
}

/** Sends everything, whatever range is asked for. */
export function ignoringRanges(bytes: Uint8Array): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  };
}

export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(code, headers).end();
  };
}

function slice(
  bytes: Uint8Array,
  request: IncomingMessage,
): { from: number; status: number; headers: Record<string, string | number> } {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  if (range === null) return { from: 0, status: 200, headers: { 'content-length': bytes.length } };
  const from = Number(range[1]);
  if (from >= bytes.length)
    return { from, status: 416, headers: { 'content-range': `bytes */${bytes.length}` } };
  return {
    from,
    status: 206,
    headers: {
      'content-length': bytes.length - from,
      'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
    },
  };
}
