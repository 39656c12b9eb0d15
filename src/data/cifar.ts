import { UserError } from '../errors.js';
import { valuesOf } from '../support/images.js';
import type { Dataset, Split } from './dataset.js';
import {
  type DatasetFormat,
  type DatasetName,
  DATASETS,
  recordsOf,
  type SplitName,
} from './formats.js';
import { datasetDirectory, sizeProblems } from './paths.js';
import { classLabels, copyImage, describeLabels, type RecordBytes, readRecords } from './records.js';
import { balancedSubset } from './subset.js';

export interface LoadOptions {
  readonly name: DatasetName;
  /** The data root, which holds one folder per data set; the embedded data set does not need it. */
  readonly directory: string;
  /** Use a class-balanced subset of this many training images; all when undefined. */
  readonly trainSamples?: number | undefined;
  /** The same for the test images. */
  readonly testSamples?: number | undefined;
}

/**
 * Reads a data set into memory, in file order.
 * @throws {UserError} `config` when a subset is larger than the data set (the key is named);
 *   `data` when files are missing, have the wrong size, or hold labels out of range.
 */
export async function loadDataset(options: LoadOptions): Promise<Dataset> {
  const format = DATASETS[options.name];
  checkSamples(format, 'train', options.trainSamples);
  checkSamples(format, 'test', options.testSamples);
  return loadFormat(format, datasetDirectory(options.name, options.directory), options);
}

/** As {@link loadDataset}, for any format and the folder that holds its files. */
export async function loadFormat(
  format: DatasetFormat,
  directory: string,
  samples: Pick<LoadOptions, 'trainSamples' | 'testSamples'>,
): Promise<Dataset> {
  await checkPresence(format, directory);
  const train = await loadSplit(format, directory, 'train', samples.trainSamples);
  const test = await loadSplit(format, directory, 'test', samples.testSamples);
  return {
    name: format.name,
    image: format.image,
    classes: format.classes,
    train: train.split,
    test: test.split,
    checksums: { ...train.checksums, ...test.checksums },
    normalization: format.normalization,
  };
}

function checkSamples(format: DatasetFormat, split: SplitName, samples: number | undefined): void {
  const available = recordsOf(format, split);
  if (samples === undefined || (Number.isInteger(samples) && samples >= 1 && samples <= available)) return;
  throw new UserError(
    'config',
    `dataset.${split}Samples: found ${samples}, but ${format.name} has ${available} ${split === 'train' ? 'training' : 'test'} images; ` +
      `give a whole number from 1 to ${available}, or leave the key out to use all`,
  );
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

async function loadSplit(
  format: DatasetFormat,
  directory: string,
  split: SplitName,
  samples: number | undefined,
): Promise<{ split: Split; checksums: Record<string, string> }> {
  const sources: { readonly file: RecordBytes; readonly labels: Uint8Array }[] = [];
  for (const recordFile of format.files.filter((candidate) => candidate.split === split)) {
    const file = await readRecords(format, directory, recordFile);
    const labels = classLabels(format, file.bytes);
    const problem = describeLabels('class', labels, format.classes);
    if (problem !== undefined) throw new UserError('data', `${directory}/${file.file}: ${problem}`);
    sources.push({ file, labels });
  }
  const labels = Buffer.concat(sources.map((source) => source.labels));
  const chosen = balancedSubset(labels, format.classes, samples ?? labels.length);
  return {
    split: gather(format, sources, labels, chosen),
    checksums: Object.fromEntries(sources.map(({ file }) => [file.file, file.sha256])),
  };
}

/** Copies the chosen records, numbered through all files of the split, into one array. */
function gather(
  format: DatasetFormat,
  sources: readonly { readonly file: RecordBytes; readonly labels: Uint8Array }[],
  labels: Uint8Array,
  chosen: Uint32Array,
): Split {
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
