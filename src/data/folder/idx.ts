import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../../errors.js';
import { type ImageShape, valuesOf } from '../../support/images.js';
import { openRegularFile } from '../../support/regular-file.js';
import type { SplitName } from '../formats.js';
import { allocateImages, dataError, type FolderContents, type FolderSplit, type Watch } from './contents.js';
import { type IdxHeader, parseHeader, readStart, requirePlausible } from './idx-header.js';
import { classNamesOf } from './labels.js';

const SPLIT_NAMES: Readonly<Record<SplitName, string>> = { train: 'train', test: 't10k' };

type Kind = 'images' | 'labels';

/** A file in IDX form whose header fits its size. */
interface IdxFile {
  readonly path: string;
  /** Without `.gz`: packed or not, it is the same data. */
  readonly name: string;
  readonly isPacked: boolean;
  readonly header: IdxHeader;
}

/**
 * Opens a folder of files in IDX form, MNIST's (http://yann.lecun.com/exdb/mnist): `train-images-idx3-ubyte` [N, H, W] or
 * `train-images-idx4-ubyte` [N, H, W, C], `train-labels-idx1-ubyte` [N], and the same as `t10k-…`; each may end in `.gz`.
 */
export async function openIdxFolder({ folder }: { readonly folder: string }): Promise<FolderContents> {
  const entries = (await readdir(folder)).sort();
  const [train, test] = [await openSplit(folder, entries, 'train'), await openSplit(folder, entries, 'test')];
  const [image, other] = [train.image, test.image];
  if (JSON.stringify(image) !== JSON.stringify(other))
    throw dataError(test.path, `its images have ${sizeOf(other)}, those to train on ${sizeOf(image)}`);
  const classNames = classNamesOf({ folder, train: train.split.labels, test: test.split.labels });
  return { image, classes: classNames.length, classNames, train: train.split, test: test.split };
}

async function openSplit(folder: string, entries: readonly string[], split: SplitName) {
  const images = await openFile(folder, fileName(folder, entries, split, 'images'), [3, 4]);
  const labels = await openFile(folder, fileName(folder, entries, split, 'labels'), [1]);
  const [count = 0, height = 0, width = 0, channels = 1] = images.header.dimensions;
  const [labelCount = 0] = labels.header.dimensions;
  if (count !== labelCount)
    throw dataError(labels.path, `it has ${labelCount} labels, and ${images.name} has ${count} images`);
  const image = { height, width, channels };
  const read = await readBody(labels, new Uint8Array(labelCount), {});
  const checksums = { [labels.name]: read.sha256 };
  return { path: images.path, image, split: splitOf(images, image, { labels: read.body, checksums }) };
}

function splitOf(
  file: IdxFile,
  image: ImageShape,
  { labels, checksums }: { readonly labels: Uint8Array; readonly checksums: Record<string, string> },
): FolderSplit {
  return {
    labels,
    async read(chosen, watch) {
      const whole = allocateImages(file.path, labels.length, image, 'take a machine with more memory');
      const { body, sha256 } = await readBody(file, whole, watch);
      const images = pick(body, chosen, image);
      return { images, checksums: { [file.name]: sha256, ...checksums } };
    },
  };
}

/** The chosen images, one after another; all of them as they are. */
function pick(body: Uint8Array, chosen: Uint32Array, image: ImageShape): Uint8Array {
  const size = valuesOf(image);
  if (chosen.length * size === body.length && chosen.every((record, slot) => record === slot)) return body;
  const images = new Uint8Array(chosen.length * size);
  chosen.forEach((record, slot) => {
    images.set(body.subarray(record * size, (record + 1) * size), slot * size);
  });
  return images;
}

/** The file of a split: the one that is not packed, where both are there. */
function fileName(folder: string, entries: readonly string[], split: SplitName, kind: Kind): string {
  const ranks = kind === 'images' ? '[34]' : '1';
  const form = new RegExp(`^${SPLIT_NAMES[split]}-${kind}[-.]idx${ranks}-ubyte(\\.gz)?$`);
  const [plain, packed] = [false, true].map((isPacked) =>
    entries.find((name) => form.test(name) && name.endsWith('.gz') === isPacked),
  );
  const name = plain ?? packed;
  if (name !== undefined) return name;
  const expected = `${SPLIT_NAMES[split]}-${kind}-idx${kind === 'images' ? 3 : 1}-ubyte`;
  throw dataError(folder, `${expected} is missing, and ${expected}.gz too`);
}

async function openFile(folder: string, file: string, ranks: readonly number[]): Promise<IdxFile> {
  const path = join(folder, file);
  const isPacked = file.endsWith('.gz');
  return await withFile(path, async (handle, size) => {
    const header = parseHeader(await readStart(handle, isPacked), ranks);
    requirePlausible(header, size, isPacked);
    return { path, name: isPacked ? file.slice(0, -'.gz'.length) : file, isPacked, header };
  });
}

/** Reads what comes after the header, into memory of its size. */
async function readBody(
  { path, isPacked, header }: IdxFile,
  body: Uint8Array,
  { signal }: Pick<Watch, 'signal'>,
): Promise<{ readonly body: Uint8Array; readonly sha256: string }> {
  const hash = createHash('sha256');
  const work = async (handle: FileHandle): Promise<void> => {
    const source = handle.createReadStream({ start: 0, autoClose: false });
    // The first failure is the reason: what a pipeline says that is left early is only that it was left.
    let failure: unknown;
    const consume = (chunks: AsyncIterable<Buffer>) =>
      fill(body, chunks, header.bytes, hash).catch((error: unknown) => (failure = error));
    const options = signal === undefined ? {} : { signal };
    const reading = isPacked
      ? pipeline(source, createGunzip(), consume, options)
      : pipeline(source, consume, options);
    await reading.catch((error: unknown) => (failure ??= error));
    if (failure !== undefined) throw new Error(messageOf(failure), { cause: failure });
  };
  await withFile(path, work, signal);
  return { body, sha256: hash.digest('hex') };
}

async function fill(
  body: Uint8Array,
  chunks: AsyncIterable<Buffer>,
  headerBytes: number,
  hash: Hash,
): Promise<void> {
  let place = -headerBytes;
  for await (const chunk of chunks) {
    hash.update(chunk);
    const values = chunk.subarray(Math.max(0, -place));
    if (Math.max(place, 0) + values.length > body.length)
      throw new Error(`it goes on after the ${body.length} values that its header says`);
    body.set(values, Math.max(place, 0));
    place += chunk.length;
  }
  if (place < body.length)
    throw new Error(`it ends after ${Math.max(place, 0)} of the ${body.length} values that its header says`);
}

/** Opens a regular file for a piece of work, and names it in what goes wrong. */
async function withFile<Result>(
  path: string,
  work: (handle: FileHandle, size: number) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  try {
    const { handle, size } = await openRegularFile(path);
    try {
      return await work(handle, size);
    } finally {
      await handle.close();
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw dataError(path, `it cannot be read: ${messageOf(error)}`, error);
  }
}

function sizeOf({ height, width, channels }: ImageShape): string {
  return `${height} x ${width} x ${channels}`;
}

