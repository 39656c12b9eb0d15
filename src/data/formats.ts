import type { ImageShape } from '../support/images.js';
import { valuesOf } from '../support/images.js';

export const DATASET_NAMES = ['cifar100', 'cifar10', 'cifar100-mini'] as const;
export type DatasetName = (typeof DATASET_NAMES)[number];

/** Whether a text is the name of a data set. */
export function isDatasetName(text: string): text is DatasetName {
  return DATASET_NAMES.some((name) => name === text);
}

export type SplitName = 'train' | 'test';

/** Mean and standard deviation of each channel over the training images, for pixels in [0, 1]. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** A file of records: label bytes, then the bytes of the image in the order [channels, height, width]. */
export interface RecordFile {
  readonly name: string;
  readonly split: SplitName;
  readonly records: number;
  /** SHA-256 (hexadecimal) of the official file; undefined where it is not known here. */
  readonly sha256: string | undefined;
}

/** The official archive: one folder, the record files and a few small texts. */
export interface Archive {
  readonly url: string;
  readonly fileName: string;
  /** Hexadecimal, as published at https://www.cs.toronto.edu/~kriz/cifar.html. */
  readonly md5: string;
  /** Size of the archive; nothing longer is ever downloaded. */
  readonly bytes: number;
  /** Files beside the record files. */
  readonly texts: readonly string[];
}

/** What files of records hold. */
export interface RecordFormat {
  readonly image: ImageShape;
  readonly classes: number;
  /** Number of coarse labels, in the byte before the fine label; undefined where a record has one label. */
  readonly coarseClasses: number | undefined;
  readonly files: readonly RecordFile[];
}

/** Where a data set lies, and what its files must hold. */
export interface DatasetFormat extends RecordFormat {
  readonly name: DatasetName;
  /** Folder name, inside the archive and inside the data root. */
  readonly folder: string;
  /** Undefined for a data set that comes with the program. */
  readonly archive: Archive | undefined;
  readonly normalization: Normalization;
}

/** Every image of the three data sets. */
export const CIFAR_IMAGE: ImageShape = { height: 32, width: 32, channels: 3 };

// What CIFAR-100 training code widely uses. Measured over all pixels of the 50,000 training images, mean and standard
// deviation are 0.50708, 0.48655, 0.44092 and 0.26733, 0.25644, 0.27615: at most 2e-4 away.
const cifar100Normalization: Normalization = {
  mean: [0.5071, 0.4867, 0.4408],
  std: [0.2675, 0.2565, 0.2761],
};

// The usual CIFAR-10 constants: mean and standard deviation over all pixels of the 50,000 training images.
const cifar10Normalization: Normalization = {
  mean: [0.4914, 0.4822, 0.4465],
  std: [0.247, 0.2435, 0.2616],
};

/** The data sets that the program knows (Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009). */
export const DATASETS: Readonly<Record<DatasetName, DatasetFormat>> = {
  cifar100: {
    name: 'cifar100',
    image: CIFAR_IMAGE,
    classes: 100,
    coarseClasses: 20,
    folder: 'cifar-100-binary',
    files: [
      {
        name: 'train.bin',
        split: 'train',
        records: 50_000,
        sha256: 'f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29',
      },
      {
        name: 'test.bin',
        split: 'test',
        records: 10_000,
        sha256: 'd8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a',
      },
    ],
    archive: {
      url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
      fileName: 'cifar-100-binary.tar.gz',
      md5: '03b5dce01913d631647c71ecec9e9cb8',
      bytes: 168_513_733,
      texts: ['coarse_label_names.txt', 'fine_label_names.txt'],
    },
    normalization: cifar100Normalization,
  },
  cifar10: {
    name: 'cifar10',
    image: CIFAR_IMAGE,
    classes: 10,
    coarseClasses: undefined,
    folder: 'cifar-10-batches-bin',
    // No checksum of a single file is known here, only that of the archive.
    files: [
      { name: 'data_batch_1.bin', split: 'train', records: 10_000, sha256: undefined },
      { name: 'data_batch_2.bin', split: 'train', records: 10_000, sha256: undefined },
      { name: 'data_batch_3.bin', split: 'train', records: 10_000, sha256: undefined },
      { name: 'data_batch_4.bin', split: 'train', records: 10_000, sha256: undefined },
      { name: 'data_batch_5.bin', split: 'train', records: 10_000, sha256: undefined },
      { name: 'test_batch.bin', split: 'test', records: 10_000, sha256: undefined },
    ],
    archive: {
      url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
      fileName: 'cifar-10-binary.tar.gz',
      md5: 'c32a1d4ab5d03f1284b67883e8d87530',
      bytes: 170_052_171,
      texts: ['batches.meta.txt', 'readme.html'],
    },
    normalization: cifar10Normalization,
  },
  'cifar100-mini': {
    name: 'cifar100-mini',
    image: CIFAR_IMAGE,
    classes: 100,
    coarseClasses: 20,
    folder: 'cifar100-mini',
    files: [
      {
        name: 'train.bin',
        split: 'train',
        records: 1_000,
        sha256: 'e50a2fbe128d25fed94a7566f43b3a2c0cc49713dc26d34f76b07f5eb8dbdcfc',
      },
      {
        name: 'test.bin',
        split: 'test',
        records: 500,
        sha256: '93f6755be8f57de38e5df07869fe3022327a810b88769eba18dbfbfde5eb6268',
      },
    ],
    archive: undefined,
    normalization: cifar100Normalization,
  },
};

/** Bytes of labels at the start of a record; the last of them is the class. */
export function labelBytes(format: RecordFormat): number {
  return format.coarseClasses === undefined ? 1 : 2;
}

/** Bytes of one record: its labels and its image, a byte for each value. */
export function recordBytes(format: RecordFormat): number {
  return labelBytes(format) + valuesOf(format.image);
}

/** Number of images that a split of the data set holds. */
export function recordsOf(format: RecordFormat, split: SplitName): number {
  return format.files.reduce((sum, file) => sum + (file.split === split ? file.records : 0), 0);
}
