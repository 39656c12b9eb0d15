import { resolve } from 'node:path';
import { z } from 'zod';
import { isTree } from './merge.js';

/** A path, relative or absolute. */
export const pathSchema = z
  .string()
  .min(1)
  .refine((path) => !path.includes('\0'), { error: 'a path without NUL characters' });

/**
 * The keys of a source with the folder of its data set made absolute, so that a resolved configuration means the same
 * data wherever it is read again.
 * @param folder what relative paths in the source start from
 */
export function withPlaces(tree: unknown, folder: string): unknown {
  if (!isTree(tree) || !isTree(tree['dataset'])) return tree;
  const { dataset } = tree;
  const place = dataset['folder'];
  if (typeof place !== 'string' || place === '') return tree;
  return { ...tree, dataset: { ...dataset, folder: resolve(folder, place) } };
}
