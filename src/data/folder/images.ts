import { createHash } from 'node:crypto';
import { join } from 'node:path';
import pMap from 'p-map';
import { messageOf, type UserError } from '../../errors.js';
import { type ImageShape, valuesOf } from '../../support/images.js';
import { readRegularFile } from '../../support/regular-file.js';
import { count, printable } from '../../support/text.js';
import type { Labels } from '../dataset.js';
import {
  allocateImages,
  dataError,
  type FolderContents,
  type FolderSource,
  type FolderSplit,
  type Watch,
} from './contents.js';
import { type Decoder, openDecoder, type Pixels } from './decode.js';
import { type ImageFile, type ImageList, listImages } from './image-tree.js';

/** Files that are read and decoded at a time. */
const IN_FLIGHT = 8;
/** Of one file; the largest photographs have some 50 MB. */
const LARGEST_FILE = 128 * 2 ** 20;
/** A label has two bytes. */
const MOST_CLASSES = 65_536;
/** Bad files that are named. */
const MOST_NAMED = 5;
/** Images after which it is told how far it is. */
const TOLD_EVERY = 250;

/** Opens a folder of PNG and JPEG files, as {@link listImages} says; of `size`, or of the size that all have. */
export async function openImageFolder({ folder, size }: Omit<FolderSource, 'format'>): Promise<FolderContents> {
  const { classNames, train, test } = await listImages(folder);
  if (classNames.length > MOST_CLASSES)
    throw dataError(folder, `train/ has ${classNames.length} folders; allowed: at most ${MOST_CLASSES} classes`);
  const decoder = await openDecoder();
  const side = size === undefined ? await sizeOfFirst(folder, train.files, decoder) : { height: size, width: size };
  const place: Place = { folder, image: { ...side, channels: 3 }, size, decoder };
  return {
    ...{ image: place.image, classes: classNames.length, classNames, decoder: decoder.name },
    train: splitOf(place, train, classNames.length),
    test: splitOf(place, test, classNames.length),
  };
}

interface Place {
  readonly folder: string;
  readonly image: ImageShape;
  readonly size: number | undefined;
  readonly decoder: Decoder;
}

async function sizeOfFirst(folder: string, files: readonly ImageFile[], decoder: Decoder) {
  const path = join(folder, files[0]?.name ?? '');
  try {
    return await decoder.measure(await readRegularFile(path, LARGEST_FILE));
  } catch (error) {
    throw dataError(path, messageOf(error), error);
  }
}

function splitOf(place: Place, list: ImageList, classes: number): FolderSplit {
  const own = list.files.map(({ label }) => label);
  const labels: Labels = classes <= 256 ? Uint8Array.from(own) : Uint16Array.from(own);
  return { labels, read: (chosen, watch) => readImages(place, list, chosen, watch) };
}

/** Reads every file of a part, and decodes those that are chosen into one piece of memory. */
async function readImages(place: Place, list: ImageList, chosen: Uint32Array, watch: Watch) {
  const pass = new Pass(place, list, chosen);
  const total = list.files.length;
  let done = 0;
  const read = async (file: ImageFile, index: number): Promise<void> => {
    watch.signal?.throwIfAborted();
    await pass.read(file, index);
    if (++done % TOLD_EVERY === 0) watch.onRead?.(done, total);
  };
  await pMap(list.files, read, { concurrency: IN_FLIGHT });
  return { images: pass.images(), checksums: { [list.part]: await pass.checksum() } };
}

/** One pass over the files of a part. */
class Pass {
  readonly #place: Place;
  readonly #list: ImageList;
  readonly #images: Uint8Array;
  /** Where in the images each chosen file goes. */
  readonly #slots: ReadonlyMap<number, number>;
  /** Of each file, as sha256sum writes it. */
  readonly #lines: string[] = [];
  /** What is wrong with files, by their numbers. */
  readonly #bad = new Map<number, string>();
  /** Numbers of files whose images have another size than the first. */
  readonly #misfits: number[] = [];

  constructor(place: Place, list: ImageList, chosen: Uint32Array) {
    const fix = 'give a smaller dataset.size, or use fewer (dataset.trainSamples, dataset.testSamples)';
    this.#place = place;
    this.#list = list;
    this.#images = allocateImages(place.folder, chosen.length, place.image, fix);
    this.#slots = new Map(Array.from(chosen, (record, slot) => [record, slot]));
  }

  /** Once one image does not fit, what has not begun is left: files begin in order, so that it is the first that is told. */
  async read({ name }: ImageFile, index: number): Promise<void> {
    if (this.#misfits.length > 0) return;
    const { folder, image, size, decoder } = this.#place;
    try {
      const bytes = await readRegularFile(join(folder, name), LARGEST_FILE);
      this.#lines[index] = lineOf(bytes, name);
      const slot = this.#slots.get(index);
      if (slot === undefined) return;
      const pixels = await decoder.decode(bytes, size);
      if (!isOfSize(pixels, image)) {
        this.#misfits.push(index);
        this.#bad.set(index, `has ${sizeInWords(pixels)}`);
      } else this.#images.set(pixels.data, slot * valuesOf(image));
    } catch (error) {
      this.#bad.set(index, messageOf(error));
    }
  }

  /** @throws UserError `data` which names the first files that are wrong */
  images(): Uint8Array {
    if (this.#misfits.length > 0) throw this.#misfitError(Math.min(...this.#misfits));
    if (this.#bad.size === 0) return this.#images;
    const { folder } = this.#place;
    const files = [...this.#bad].sort(([a], [b]) => a - b);
    const named = files
      .slice(0, MOST_NAMED)
      .map(([index, problem]) => `  ${printable(this.#list.files[index]?.name ?? '')}: ${printable(problem, 200)}`);
    const more = files.length - named.length;
    throw dataError(
      folder,
      [
        `${count(files.length, 'file')} of ${this.#list.files.length} in ${this.#list.part}/ cannot be used; mend or remove what is wrong:`,
        ...named,
        ...(more === 0 ? [] : [`  … and ${more} more`]),
      ].join('\n'),
    );
  }

  #misfitError(index: number): UserError {
    const { folder, image } = this.#place;
    const found = this.#bad.get(index) ?? '';
    return dataError(
      join(folder, this.#list.files[index]?.name ?? ''),
      `it ${found}, and the first training image ${sizeInWords(image)}; give the size that all are brought to, such as ` +
        'dataset.size: 32 (the shorter side is scaled to it, and the centre cut out)',
    );
  }

  /** That of the list of all files with their checksums, as `sha256sum` writes it. */
  async checksum(): Promise<string> {
    const { folder } = this.#place;
    const texts = this.#list.texts.map(async (name) =>
      lineOf(await readRegularFile(join(folder, name), LARGEST_FILE), name),
    );
    return sha256Of([...this.#lines, ...(await Promise.all(texts))].join(''));
  }
}

function lineOf(bytes: Uint8Array, name: string): string {
  return `${sha256Of(bytes)}  ${name}\n`;
}

function sha256Of(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function isOfSize(pixels: Pixels, { height, width }: ImageShape): boolean {
  return pixels.height === height && pixels.width === width;
}

function sizeInWords({ height, width }: Pick<ImageShape, 'height' | 'width'>): string {
  return `${height} x ${width} pixels`;
}
