import type { ImageTask } from '../support/images.js';
import type { DatasetName, Normalization } from './formats.js';

/** Uniform numbers in [0, 1). */
export type RandomSource = () => number;

/** The images of one part of a data set, in the order of its files. */
export interface Split {
  readonly count: number;
  /** [count, height, width, channels] bytes. */
  readonly images: Uint8Array;
  /** [count] class ids; the fine label where a data set has two. */
  readonly labels: Uint8Array;
}

/** A data set in memory, with the size of its images. */
export interface Dataset extends ImageTask {
  readonly name: DatasetName;
  /** What is trained on: without what is held out. */
  readonly train: Split;
  /** Training images that are held out; absent where none are. */
  readonly validation?: Split | undefined;
  readonly test: Split;
  /** File name to the SHA-256 (hexadecimal) of the whole file, also when only a subset of it is used. */
  readonly checksums: Readonly<Record<string, string>>;
  readonly normalization: Normalization;
}
