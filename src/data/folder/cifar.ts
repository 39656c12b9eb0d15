import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../errors.js';
import { kindOf, readRegularFile } from '../../support/regular-file.js';
import { checksumsOf, readSplit, type SplitRecords } from '../cifar.js';
import { CIFAR_IMAGE, recordBytes, type RecordFile, type RecordFormat, type SplitName } from '../formats.js';
import { copyImage } from '../records.js';
import { allocateImages, dataError, type FolderContents, type FolderSplit } from './contents.js';
import { classNamesOf } from './labels.js';

/** A label is a byte. */
const MOST_CLASSES = 256;
const LARGEST_TEXT = 64 * 2 ** 10;

/** One of the two forms in which CIFAR's files are: how its files are named, and the labels of a record. */
interface Form {
  readonly title: string;
  readonly coarseClasses: number | undefined;
  readonly files: Readonly<Record<SplitName, RegExp>>;
  /** The file with the names of the classes, one a line. */
  readonly names: string;
}

const FORMS: readonly Form[] = [
  {
    title: "CIFAR-100's form, 2 labels a record",
    coarseClasses: MOST_CLASSES,
    files: { train: /^train\.bin$/, test: /^test\.bin$/ },
    names: 'fine_label_names.txt',
  },
  {
    title: "CIFAR-10's form, 1 label a record",
    coarseClasses: undefined,
    files: { train: /^data_batch_\d+\.bin$/, test: /^test_batch\.bin$/ },
    names: 'batches.meta.txt',
  },
];

const ALLOWED = 'allowed: either train.bin and test.bin, or data_batch_1.bin, … and test_batch.bin';

/**
 * Opens a folder of files in CIFAR's binary form, with any number of records: `train.bin` and `test.bin` of CIFAR-100's form
 * (the second label counts), or `data_batch_1.bin`, `data_batch_2.bin`, … and `test_batch.bin` of CIFAR-10's.
 */
export async function openCifarFolder({ folder }: { readonly folder: string }): Promise<FolderContents> {
  const entries = (await readdir(folder)).sort();
  const form = formOf(folder, entries);
  const files = [
    ...(await filesOf(folder, form, 'train', entries)),
    ...(await filesOf(folder, form, 'test', entries)),
  ];
  const { coarseClasses } = form;
  const format: RecordFormat = { image: CIFAR_IMAGE, classes: MOST_CLASSES, coarseClasses, files };
  const [train, test] = [await readSplit(format, folder, 'train'), await readSplit(format, folder, 'test')];
  const names = entries.includes(form.names) ? await readNames(folder, form.names) : undefined;
  const classNames = classNamesOf({ folder, train: train.labels, test: test.labels, names });
  return {
    ...{ image: CIFAR_IMAGE, classes: classNames.length, classNames },
    train: splitOf(folder, format, train),
    test: splitOf(folder, format, test),
  };
}

function formOf(folder: string, entries: readonly string[]): Form {
  const found = FORMS.filter(({ files }) => entries.some((name) => files.train.test(name)));
  const [form, other] = found;
  if (form !== undefined && other === undefined) return form;
  const what = form === undefined ? "no training files in CIFAR's form" : "training files in both of CIFAR's forms";
  throw dataError(folder, `it has ${what}; ${ALLOWED}`);
}

async function filesOf(
  folder: string,
  form: Form,
  split: SplitName,
  entries: readonly string[],
): Promise<RecordFile[]> {
  const names = entries
    .filter((name) => form.files[split].test(name))
    .sort((a, b) => numberIn(a) - numberIn(b));
  if (names.length === 0) throw dataError(folder, `it has no ${split} files (${form.title}); ${ALLOWED}`);
  return await Promise.all(names.map((name) => fileOf(folder, form, split, name)));
}

/** data_batch_10 comes after data_batch_9. */
function numberIn(name: string): number {
  return Number(/\d+/.exec(name)?.[0] ?? 0);
}

async function fileOf(folder: string, form: Form, split: SplitName, name: string): Promise<RecordFile> {
  const bytes = recordBytes({ ...form, image: CIFAR_IMAGE, classes: MOST_CLASSES, files: [] });
  const path = join(folder, name);
  const found = await stat(path).catch((error: unknown) => {
    throw dataError(path, `it cannot be looked at (${messageOf(error)})`, error);
  });
  if (!found.isFile()) throw dataError(path, `it is ${kindOf(found)}, not a file`);
  if (found.size === 0 || found.size % bytes !== 0)
    throw dataError(
      path,
      `it has ${found.size} bytes, which is no whole number of records of ${bytes} bytes (${form.title})`,
    );
  return { name, split, records: found.size / bytes, sha256: undefined };
}

async function readNames(folder: string, file: string) {
  const path = join(folder, file);
  try {
    const text = (await readRegularFile(path, LARGEST_TEXT)).toString('utf8');
    const lines = text.split('\n').map((line) => line.trim());
    return { file, lines: lines.filter((line) => line !== '') };
  } catch (error) {
    throw dataError(path, `it cannot be read (${messageOf(error)})`, error);
  }
}

function splitOf(folder: string, format: RecordFormat, records: SplitRecords): FolderSplit {
  const { labels, sources } = records;
  return {
    labels,
    read(chosen) {
      const images = allocateImages(folder, chosen.length, format.image, 'use fewer (dataset.trainSamples)');
      const places = sources.flatMap(({ file, labels: own }) =>
        Array.from(own, (_, record) => ({ bytes: file.bytes, record })),
      );
      chosen.forEach((record, slot) => {
        const place = places[record];
        if (place !== undefined) copyImage(format, place.bytes, place.record, images, slot);
      });
      return Promise.resolve({ images, checksums: checksumsOf(records) });
    },
  };
}
