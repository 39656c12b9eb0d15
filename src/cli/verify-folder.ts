import { folderLabel, type FolderSource } from '../config/index.js';
import type { Dataset, Labels } from '../data/dataset.js';
import type { SplitName } from '../data/formats.js';
import { loadFolder, openFolder } from '../data/folder/load.js';
import { printable } from '../support/text.js';
import { fetchDisplay } from './fetch-display.js';
import { output } from './output.js';

/** Classes that are listed one by one. */
const MOST_CLASSES = 20;

/** What `gan-bench data verify --folder … --json` prints of a folder that is right. */
interface FolderReport {
  readonly ok: true;
  readonly name: string;
  readonly folder: string;
  readonly format: string;
  readonly image: Dataset['image'];
  readonly images: Readonly<Record<SplitName, number>>;
  readonly classes: readonly ({ readonly name: string } & Readonly<Record<SplitName, number>>)[];
  readonly normalization: Dataset['normalization'];
  readonly checksums: Dataset['checksums'];
}

/**
 * Reads every image of a folder, as a run would, and says what is in it.
 * @throws UserError `data` which names what is wrong
 */
export async function verifyFolder(source: FolderSource, json: boolean): Promise<void> {
  const display = json ? undefined : fetchDisplay(folderLabel(source.folder), output);
  try {
    const contents = await openFolder(source);
    const dataset = await loadFolder(
      source,
      contents,
      {},
      { onRead: (done, total) => display?.onProgress({ phase: 'read', done, total }) },
    );
    display?.stop();
    const report = reportOf(source, contents.classNames, dataset);
    if (json) output.printJson(report, 0);
    else for (const line of linesOf(report)) output.print(line);
  } finally {
    display?.stop();
  }
}

function reportOf(source: FolderSource, classNames: readonly string[], dataset: Dataset): FolderReport {
  const { image, train, test, normalization, checksums } = dataset;
  const [ofTrain, ofTest] = [train, test].map(({ labels }) => countsOf(labels, classNames.length));
  return {
    ...{ ok: true, name: dataset.name, folder: source.folder, format: source.format, image },
    images: { train: train.count, test: test.count },
    classes: classNames.map((name, label) => ({
      ...{ name, train: ofTrain?.[label] ?? 0, test: ofTest?.[label] ?? 0 },
    })),
    ...{ normalization, checksums },
  };
}

function countsOf(labels: Labels, classes: number): Uint32Array {
  const counts = new Uint32Array(classes);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

function linesOf({ name, folder, image, images, classes, normalization, checksums }: FolderReport): string[] {
  const size = `${image.height} x ${image.width} x ${image.channels}`;
  const numbers = (values: readonly number[]): string => values.map((value) => value.toFixed(4)).join(', ');
  return [
    `${printable(name)}: ok, ${images.train} training and ${images.test} test images of ${size} and ` +
      `${classes.length} classes, ${rangeOf(classes, 'train')} and ${rangeOf(classes, 'test')} each, in ${printable(folder)}`,
    ...(classes.length > MOST_CLASSES
      ? []
      : classes.map((one) => `  ${printable(one.name)}: ${one.train} + ${one.test}`)),
    `  mean ${numbers(normalization.mean)}, standard deviation ${numbers(normalization.std)}`,
    ...Object.entries(checksums).map(([file, sha256]) => `  ${sha256}  ${file}`),
  ];
}

/** Such as `500`, `3 to 12`. */
function rangeOf(classes: FolderReport['classes'], split: SplitName): string {
  const counts = classes.map((one) => one[split]);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? String(least) : `${least} to ${most}`;
}
