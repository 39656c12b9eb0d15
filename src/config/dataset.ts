import { basename } from 'node:path';
import { z } from 'zod';
import { pathSchema } from './places.js';

export const DATASET_NAMES = ['cifar100', 'cifar10', 'cifar100-mini'] as const;
type DatasetName = (typeof DATASET_NAMES)[number];

/** Images in each split, to tell early that a configuration asks for more than there are. */
const DATASET_SIZES: Readonly<Record<DatasetName, { readonly train: number; readonly test: number }>> = {
  cifar100: { train: 50_000, test: 10_000 },
  cifar10: { train: 50_000, test: 10_000 },
  'cifar100-mini': { train: 1_000, test: 500 },
};

/** How a data set of one's own may lie in its folder. */
export const FOLDER_FORMATS = ['cifar', 'idx', 'images'] as const;

/** Sides of images, in pixels. */
export const LARGEST_SIDE = 1024;

/** The keys of a data set that is a folder of somebody's own. */
export const folderShape = {
  folder: pathSchema
    .optional()
    .describe(
      'In place of `name`: a folder with a data set of your own, relative to this file; a resolved configuration has its absolute path.',
    ),
  format: z
    .enum(FOLDER_FORMATS)
    .optional()
    .describe(
      'How the data set lies in `folder`: CIFAR binary files, IDX files (MNIST), or a tree of PNG and JPEG files.',
    ),
  size: z
    .int()
    .min(1)
    .max(LARGEST_SIDE)
    .optional()
    .describe(
      'Of `images`: height and width in pixels. The shorter side is scaled to it and the centre cut out. Without it, all images must have one size.',
    ),
};

/** What says which data set it is. */
export interface DatasetKeys {
  readonly name?: DatasetName | undefined;
  readonly folder?: string | undefined;
  readonly format?: (typeof FOLDER_FORMATS)[number] | undefined;
  readonly size?: number | undefined;
}

/** How many images each split has, as far as it is known without looking; a folder may have any number. */
export function sizesOf({ name }: DatasetKeys): { readonly train: number; readonly test: number } {
  return name === undefined ? { train: Infinity, test: Infinity } : DATASET_SIZES[name];
}

/** A data set that is a folder of somebody's own. */
export interface FolderSource {
  /** Absolute path. */
  readonly folder: string;
  readonly format: (typeof FOLDER_FORMATS)[number];
  readonly size?: number | undefined;
}

/** The folder that a configuration trains on; undefined where it names a data set that the program knows. */
export function folderSource({ folder, format, size }: DatasetKeys): FolderSource | undefined {
  if (folder === undefined || format === undefined) return undefined;
  return { folder, format, ...(size !== undefined && { size }) };
}

/** What a data set is called: its name, or that of its folder. */
export function datasetLabel({ name, folder = '' }: DatasetKeys): string {
  return name ?? folderLabel(folder);
}

/** A folder's own name: where it lies does not matter. */
export function folderLabel(folder: string): string {
  return basename(folder) || folder;
}

/** Keys of a data set that contradict each other: which, and what is allowed. */
export function datasetContradictions({ name, folder, format, size }: DatasetKeys) {
  const found: { readonly key: string; readonly message: string }[] = [];
  const refuse = (key: string, message: string) => found.push({ key, message });
  if (folder === undefined) {
    const only = 'only with dataset.folder; a data set that has a name has its own';
    if (format !== undefined) refuse('dataset.format', only);
    if (size !== undefined) refuse('dataset.size', only);
    return found;
  }
  if (name !== undefined) refuse('dataset.folder', `either it or dataset.name (${name}), not both`);
  if (format === undefined) refuse('dataset.format', FOLDER_FORMATS.join(', '));
  else if (size !== undefined && format !== 'images')
    refuse('dataset.size', `only with dataset.format: images; the size of ${format} files stands in them`);
  return found;
}
