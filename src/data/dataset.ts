import type { ImageShape, ImageTask } from '../support/images.js';
import type { Normalization, SplitName } from './formats.js';

/** Uniform numbers in [0, 1). */
export type RandomSource = () => number;

/** Class ids, in bytes where these are enough. */
export type Labels = Uint8Array | Uint16Array;

/** The images of one part of a data set, in the order of its files. */
export interface Split {
  readonly count: number;
  /** [count, height, width, channels] bytes. */
  readonly images: Uint8Array;
  /** [count] class ids; the fine label where a data set has two. */
  readonly labels: Labels;
}

/** What is on record of a data set that is a folder of somebody's own. */
export interface FolderFacts {
  /** Absolute path. */
  readonly folder: string;
  readonly format: string;
  readonly image: ImageShape;
  /** Names of class 0, 1, … */
  readonly classNames: readonly string[];
  /** How many there are, whether they are used or not. */
  readonly images: Readonly<Record<SplitName, number>>;
  /** Measured on the images that are trained on. */
  readonly normalization: Normalization;
  /** What made pixels of files, such as `libvips 8.18.7`; absent where they stand in the files. */
  readonly decoder?: string | undefined;
}

/** A data set in memory, with the size of its images. */
export interface Dataset extends ImageTask {
  /** A known name, or that of a folder. */
  readonly name: string;
  /** What is trained on: without what is held out. */
  readonly train: Split;
  /** Training images that are held out; absent where none are. */
  readonly validation?: Split | undefined;
  readonly test: Split;
  /** File name to the SHA-256 (hexadecimal) of the whole file, also when only a subset of it is used; of images, split to that of all its files. */
  readonly checksums: Readonly<Record<string, string>>;
  readonly normalization: Normalization;
  /** Absent for a data set that the program knows. */
  readonly facts?: FolderFacts | undefined;
}
