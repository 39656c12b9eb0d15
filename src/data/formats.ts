/** Height and width of every image, in pixels. */
export const IMAGE_SIZE = 32;
/** Bytes of one image: 32 x 32 pixels of three channels. */
export const IMAGE_BYTES = IMAGE_SIZE * IMAGE_SIZE * 3;

export const DATASET_NAMES = ['cifar100', 'cifar10', 'cifar100-mini'] as const;
export type DatasetName = (typeof DATASET_NAMES)[number];

/** Whether a text is the name of a data set. */
export function isDatasetName(text: string): text is DatasetName {
  return DATASET_NAMES.some((name) => name === text);
}

export type SplitName = 'train' | 'test';

/** Mean and standard deviation of red, green and blue over the training images, for pixels in [0, 1]. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** A file of records: label bytes, then 3,072 pixel bytes in the order [3, 32, 32]. */
export interface RecordFile {
  readonly name: string;
  readonly split: SplitName;
  readonly records: number;
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

/** Where a data set lies, and what its files must hold. */
export interface DatasetFormat {
  readonly name: DatasetName;
  readonly classes: number;
  /** Number of coarse labels, in the byte before the fine label; undefined where a record has one label. */
  readonly coarseClasses: number | undefined;
  /** Folder name, inside the archive and inside the data root. */
  readonly folder: string;
  readonly files: readonly RecordFile[];
  /** Undefined for a data set that comes with the program. */
  readonly archive: Archive | undefined;
  readonly normalization: Normalization;
}

// The statistics that CIFAR-100 training code commonly uses (weiaicunzai/pytorch-cifar100), to four digits.
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
    classes: 100,
    coarseClasses: 20,
    folder: 'cifar-100-binary',
    files: [
      { name: 'train.bin', split: 'train', records: 50_000 },
      { name: 'test.bin', split: 'test', records: 10_000 },
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
    classes: 10,
    coarseClasses: undefined,
    folder: 'cifar-10-batches-bin',
    files: [
      { name: 'data_batch_1.bin', split: 'train', records: 10_000 },
      { name: 'data_batch_2.bin', split: 'train', records: 10_000 },
      { name: 'data_batch_3.bin', split: 'train', records: 10_000 },
      { name: 'data_batch_4.bin', split: 'train', records: 10_000 },
      { name: 'data_batch_5.bin', split: 'train', records: 10_000 },
      { name: 'test_batch.bin', split: 'test', records: 10_000 },
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
    classes: 100,
    coarseClasses: 20,
    folder: 'cifar100-mini',
    files: [
      { name: 'train.bin', split: 'train', records: 1_000 },
      { name: 'test.bin', split: 'test', records: 500 },
    ],
    archive: undefined,
    normalization: cifar100Normalization,
  },
};

/** Bytes of labels at the start of a record; the last of them is the class. */
export function labelBytes(format: DatasetFormat): number {
  return format.coarseClasses === undefined ? 1 : 2;
}

/** Bytes of one record: its labels and its image. */
export function recordBytes(format: DatasetFormat): number {
  return labelBytes(format) + IMAGE_BYTES;
}

/** Number of images that a split of the data set holds. */
export function recordsOf(format: DatasetFormat, split: SplitName): number {
  return format.files.reduce((sum, file) => sum + (file.split === split ? file.records : 0), 0);
}
