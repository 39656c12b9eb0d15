import { UserError } from '../errors.js';
import { valuesOf } from '../support/images.js';
import type { Dataset, Split } from './dataset.js';
import {
  type DatasetFormat,
  type DatasetName,
  DATASETS,
  type RecordFormat,
  recordsOf,
  type SplitName,
} from './formats.js';
import { divideTraining } from './hold-out.js';
import { datasetDirectory, sizeProblems } from './paths.js';
import { classLabels, copyImage, describeLabels, type RecordBytes, readRecords } from './records.js';
import { requireSamples, type Samples } from './samples.js';
import { balancedSubset } from './subset.js';

export interface LoadOptions extends Samples {
  readonly name: DatasetName;
  /** The data root, which holds one folder per data set; the embedded data set does not need it. */
  readonly directory: string;
}

/**
 * Reads a data set into memory, in file order.
 * @throws {UserError} `config` when a subset is larger than the data set (the key is named);
 *   `data` when files are missing, have the wrong size, or hold labels out of range.
 */
export async function loadDataset(options: LoadOptions): Promise<Dataset> {
  const format = DATASETS[options.name];
  const counts = { train: recordsOf(format, 'train'), test: recordsOf(format, 'test') };
  requireSamples(format.name, counts, options);
  return loadFormat(format, datasetDirectory(options.name, options.directory), options);
}

/** As {@link loadDataset}, for any format and the folder that holds its files. */
export async function loadFormat(
  format: DatasetFormat,
  directory: string,
  samples: Samples,
): Promise<Dataset> {
  const { name, image, classes, normalization } = format;
  await checkPresence(format, directory);
  const training = await readSplit(format, directory, 'train');
  const { train, validation } = divideTraining(training.labels, classes, samples);
  const testing = await readSplit(format, directory, 'test');
  const test = balancedSubset(testing.labels, classes, samples.testSamples ?? testing.labels.length);
  return {
    ...{ name, image, classes, normalization },
    train: gather(format, training, train),
    validation: validation && gather(format, training, validation),
    test: gather(format, testing, test),
    checksums: { ...checksumsOf(training), ...checksumsOf(testing) },
  };
}

async function checkPresence(format: DatasetFormat, directory: string): Promise<void> {
  const problems = await sizeProblems(format, directory);
  if (problems.length === 0) return;
  const fix =
    format.archive === undefined
      ? 'it comes with the program: install the program again'
      : `get it with: gan-bench data fetch ${format.name} (or name the folder that holds ${format.folder}/ with --data-dir or GAN_BENCH_DATA)`;
  throw new UserError('data', `${format.name}: ${directory}: ${problems.join('; ')}; ${fix}`);
}

/** The files of a split, and all their labels in order. */
export interface SplitRecords {
  readonly sources: readonly { readonly file: RecordBytes; readonly labels: Uint8Array }[];
  readonly labels: Uint8Array;
}

/** @throws UserError `data` when a file is missing or has the wrong size, or a label is out of range */
export async function readSplit(
  format: RecordFormat,
  directory: string,
  split: SplitName,
): Promise<SplitRecords> {
  const sources: SplitRecords['sources'][number][] = [];
  for (const recordFile of format.files.filter((candidate) => candidate.split === split)) {
    const file = await readRecords(format, directory, recordFile);
    const labels = classLabels(format, file.bytes);
    const problem = describeLabels('class', labels, format.classes);
    if (problem !== undefined) throw new UserError('data', `${directory}/${file.file}: ${problem}`);
    sources.push({ file, labels });
  }
  return { sources, labels: Buffer.concat(sources.map((source) => source.labels)) };
}

/** File names to their checksums. */
export function checksumsOf({ sources }: SplitRecords): Record<string, string> {
  return Object.fromEntries(sources.map(({ file }) => [file.file, file.sha256]));
}

/** Copies the chosen records, numbered through all files of the split, into one array. */
function gather(format: RecordFormat, { sources, labels }: SplitRecords, chosen: Uint32Array): Split {
  const images = new Uint8Array(chosen.length * valuesOf(format.image));
  let slot = 0;
  let first = 0;
  for (const source of sources) {
    const end = first + source.labels.length;
    for (; slot < chosen.length && (chosen[slot] ?? end) < end; slot++)
      copyImage(format, source.file.bytes, (chosen[slot] ?? first) - first, images, slot);
    first = end;
  }
  return { count: chosen.length, images, labels: Uint8Array.from(chosen, (record) => labels[record] ?? 0) };
}
