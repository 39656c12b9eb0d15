import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import { messageOf, systemCode } from '../../errors.js';
import { count, printable } from '../../support/text.js';
import { dataError } from './contents.js';
import { readAnnotations, readLines } from './tiny-imagenet.js';

/** An image file: its path from the folder of the data set, with forward slashes, and its class. */
export interface ImageFile {
  readonly name: string;
  readonly label: number;
}

/** The image files of one part of a data set, by name. */
export interface ImageList {
  /** `train`, `test` or `val`. */
  readonly part: string;
  readonly files: readonly ImageFile[];
  /** Further files that say what the images are. */
  readonly texts: readonly string[];
}

export interface ImageTree {
  readonly classNames: readonly string[];
  readonly train: ImageList;
  readonly test: ImageList;
}

const IMAGE = /\.(png|jpe?g)$/i;
const OTHER_IMAGE = /\.(avif|bmp|gif|heic|jfif|jp2|jxl|svg|tiff?|webp)$/i;
/** Where Tiny ImageNet has the images of a class, and of its validation. */
const INNER = 'images';
const ANNOTATIONS = 'val_annotations.txt';
/** Folders that are listed at a time. */
const LISTINGS = 8;

/**
 * Lists the images of a folder: `train/<class>/*.png|jpg|jpeg` and `test/<class>/…`, or `val/<class>/…` where there is no
 * `test/`; or Tiny ImageNet as it is: `train/<class>/images/*.JPEG`, and `val/images/*.JPEG` with `val/val_annotations.txt`.
 * Classes are the folders of `train/`, by name. Hidden files and those of other kinds are no images; images of other formats
 * are refused.
 *
 * @throws UserError `data`
 */
export async function listImages(folder: string): Promise<ImageTree> {
  const train = await classFolders(folder, 'train');
  if (train === undefined) throw dataError(join(folder, 'train'), `there is no such folder; ${ALLOWED}`);
  const labelOf = new Map(train.map((name, label) => [name, label]));
  const files = (await pMap(train, (name) => filesOfClass(folder, 'train', name), { concurrency: LISTINGS })).flat();
  const training = { part: 'train', files: labelled(files, labelOf), texts: [] };
  return { classNames: train, train: training, test: await testList(folder, train, labelOf) };
}

const ALLOWED = 'allowed: train/<class>/ and test/<class>/ (or val/<class>/) with PNG or JPEG files';

async function testList(
  folder: string,
  classNames: readonly string[],
  labelOf: ReadonlyMap<string, number>,
): Promise<ImageList> {
  const val = await entriesOf(folder, 'val');
  if (val?.some(({ name }) => name === ANNOTATIONS) === true) return await tinyList(folder, classNames, labelOf);
  for (const part of ['test', 'val']) {
    const folders = await classFolders(folder, part);
    if (folders === undefined) continue;
    const unknown = folders.find((name) => !labelOf.has(name));
    if (unknown !== undefined)
      throw dataError(join(folder, part, unknown), 'the class has no folder in train/, so nothing is learned of it');
    const files = await pMap(folders, (name) => filesOfClass(folder, part, name), { concurrency: LISTINGS });
    return { part, files: labelled(files.flat(), labelOf), texts: [] };
  }
  throw dataError(folder, `it has neither test/ nor val/; ${ALLOWED}`);
}

/** Tiny ImageNet's validation: one folder, and a text that says what is in each file. */
async function tinyList(
  folder: string,
  classNames: readonly string[],
  labelOf: ReadonlyMap<string, number>,
): Promise<ImageList> {
  const wnids = await readLines(join(folder, 'wnids.txt'));
  const missing = wnids?.find((wnid) => !labelOf.has(wnid));
  if (missing !== undefined) throw dataError(join(folder, 'train', missing), 'wnids.txt names it, and it is missing');
  const extra = wnids === undefined ? undefined : classNames.find((name) => !wnids.includes(name));
  if (extra !== undefined) throw dataError(join(folder, 'train', extra), 'wnids.txt does not name it');
  const text = `val/${ANNOTATIONS}`;
  const classOf = await readAnnotations(join(folder, text));
  const entries = (await entriesOf(folder, `val/${INNER}`)) ?? [];
  const names = imagesAmong(join(folder, 'val', INNER), entries);
  if (names.length !== classOf.size)
    throw dataError(
      join(folder, text),
      `it names ${count(classOf.size, 'file')}, and there are ${count(names.length, 'image')} in val/${INNER}/`,
    );
  const files = names.map((name) => {
    const label = labelOf.get(classOf.get(name) ?? '');
    const path = `val/${INNER}/${name}`;
    if (label === undefined)
      throw dataError(join(folder, path), `val/${ANNOTATIONS} names no class for it that is in train/`);
    return { name: path, label };
  });
  return { part: 'val', files, texts: [text] };
}

/** The folders of a part, by name; undefined where there is no such part. */
async function classFolders(folder: string, part: string): Promise<string[] | undefined> {
  const entries = await entriesOf(folder, part);
  if (entries === undefined) return undefined;
  const names: string[] = [];
  for (const entry of entries) {
    if (!entry.name.startsWith('.') && (await isFolder(entry))) names.push(entry.name);
  }
  if (names.length === 0) throw dataError(join(folder, part), `it has no folders of classes; ${ALLOWED}`);
  return names;
}

/** Links are followed. */
async function isFolder(entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  const found = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

interface ClassFile {
  readonly className: string;
  readonly name: string;
}

async function filesOfClass(folder: string, part: string, className: string): Promise<ClassFile[]> {
  const entries = (await entriesOf(folder, `${part}/${className}`)) ?? [];
  const names = imagesAmong(join(folder, part, className), entries);
  const own = names.map((name) => ({ className, name: `${part}/${className}/${name}` }));
  if (own.length > 0) return own;
  const inner = (await entriesOf(folder, `${part}/${className}/${INNER}`)) ?? [];
  const innerNames = imagesAmong(join(folder, part, className, INNER), inner);
  if (innerNames.length === 0) throw dataError(join(folder, part, className), 'it has no PNG or JPEG files');
  return innerNames.map((name) => ({ className, name: `${part}/${className}/${INNER}/${name}` }));
}

/** Names of files that are, by their names, images that can be read. */
function imagesAmong(folder: string, entries: readonly Dirent[]): string[] {
  const names = entries.map(({ name }) => name).filter((name) => !name.startsWith('.'));
  const other = names.find((name) => OTHER_IMAGE.test(name));
  if (other !== undefined)
    throw dataError(join(folder, other), 'images of this format are not read; convert them to PNG or JPEG');
  return names.filter((name) => IMAGE.test(name));
}

/** What is in a folder, by name; undefined where there is no such folder. */
async function entriesOf(folder: string, inner: string): Promise<Dirent[] | undefined> {
  const path = join(folder, inner);
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.sort((a, b) => byName(a.name, b.name));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw dataError(path, `it cannot be listed (${printable(messageOf(error))})`, error);
  }
}

function labelled(files: readonly ClassFile[], labelOf: ReadonlyMap<string, number>): ImageFile[] {
  const known = files.map(({ className, name }) => ({ name, label: labelOf.get(className) ?? 0 }));
  return known.sort((a, b) => byName(a.name, b.name));
}

function byName(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
