import { constants } from 'node:buffer';
import { printable } from '../../support/text.js';
import { UserError } from '../../errors.js';
import type { ImageShape, ImageTask } from '../../support/images.js';
import { valuesOf } from '../../support/images.js';
import { usableMemory } from '../../support/room.js';
import type { Labels } from '../dataset.js';
import type { SplitName } from '../formats.js';

/** How a data set lies in a folder. */
export type FolderFormat = 'cifar' | 'idx' | 'images';

/** A data set that is a folder of somebody's own. */
export interface FolderSource {
  readonly folder: string;
  readonly format: FolderFormat;
  /** Of `images`: height and width in pixels; undefined where all have one size. */
  readonly size?: number | undefined;
}

/** What may go on while images are read. */
export interface Watch {
  readonly signal?: AbortSignal | undefined;
  /** Told now and then, of many images. */
  readonly onRead?: ((done: number, total: number) => void) | undefined;
}

/** One part of a data set whose images are not in memory yet. */
export interface FolderSplit {
  /** [n], of every image there is, in order. */
  readonly labels: Labels;
  /**
   * Reads images.
   * @param chosen [m] numbers of images, in any order
   * @returns [m, height, width, channels] bytes in that order, and checksums of all that there is, chosen or not
   * @throws UserError `data`; the signal's reason
   */
  read(
    chosen: Uint32Array,
    watch: Watch,
  ): Promise<{ readonly images: Uint8Array; readonly checksums: Readonly<Record<string, string>> }>;
}

/** What a folder holds. */
export interface FolderContents extends ImageTask, Readonly<Record<SplitName, FolderSplit>> {
  /** Names of class 0, 1, … */
  readonly classNames: readonly string[];
  /** What makes pixels of files; absent where they stand in the files. */
  readonly decoder?: string | undefined;
}

/** Something that is wrong with a folder or a file in it, on one line. */
export function dataError(path: string, message: string, cause?: unknown): UserError {
  return new UserError('data', `${printable(path)}: ${message}`, { cause });
}

/**
 * Memory for so many images.
 * @param fix what to do where they are too large
 * @throws UserError `data` when they take more than the machine has
 */
export function allocateImages(folder: string, count: number, image: ImageShape, fix: string): Uint8Array {
  const bytes = count * valuesOf(image);
  const most = Math.min(usableMemory(), constants.MAX_LENGTH);
  if (bytes <= most) return new Uint8Array(bytes);
  const { height, width, channels } = image;
  const gigabytes = (value: number): string => (value / 1e9).toFixed(1);
  throw dataError(
    folder,
    `${count} images of ${height} x ${width} x ${channels} take ${gigabytes(bytes)} GB, and at most ${gigabytes(most)} GB ` +
      `fit into memory; ${fix}`,
  );
}
