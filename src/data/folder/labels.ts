import type { Labels } from '../dataset.js';
import { describeLabels } from '../records.js';
import { dataError } from './contents.js';

/** What the labels of a folder of numbers mean. */
export interface LabelledFolder {
  readonly folder: string;
  readonly train: Labels;
  readonly test: Labels;
  /** Where a file names the classes: the file, and the names. */
  readonly names?: { readonly file: string; readonly lines: readonly string[] } | undefined;
}

/**
 * The classes that labels are of: those that a file names, else 0 up to the largest training label.
 * @throws UserError `data` for a label that is none of them
 */
export function classNamesOf({ folder, train, test, names }: LabelledFolder): string[] {
  let largest = 0;
  for (const label of train) largest = Math.max(largest, label);
  const classes = names?.lines.length ?? largest + 1;
  const wrong = [
    ['training', train],
    ['test', test],
  ] as const;
  for (const [split, labels] of wrong) {
    const problem = describeLabels(split, labels, classes);
    if (problem === undefined) continue;
    const why = names === undefined ? 'the largest training label says how many classes there are' : `as ${names.file} names ${classes} classes`;
    throw dataError(folder, `${problem} (${why})`);
  }
  return names === undefined ? Array.from({ length: classes }, (_, label) => String(label)) : [...names.lines];
}
