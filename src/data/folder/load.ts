import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, systemCode, UserError } from '../../errors.js';
import { kindOf } from '../../support/regular-file.js';
import { count, printable } from '../../support/text.js';
import type { Dataset, Labels, Split } from '../dataset.js';
import type { SplitName } from '../formats.js';
import { balancedSubset } from '../subset.js';
import { openCifarFolder } from './cifar.js';
import {
  dataError,
  type FolderContents,
  type FolderFormat,
  type FolderSource,
  type FolderSplit,
  type Watch,
} from './contents.js';
import { openIdxFolder } from './idx.js';
import { openImageFolder } from './images.js';
import { measureNormalization } from './normalization.js';

const OPENERS: Readonly<Record<FolderFormat, (source: FolderSource) => Promise<FolderContents>>> = {
  cifar: openCifarFolder,
  idx: openIdxFolder,
  images: openImageFolder,
};

/**
 * Looks at a data set in a folder: which images of which classes there are, and of what size. Images are not read.
 * @throws UserError `data` naming the folder or file, and what is wrong with it
 */
export async function openFolder(source: FolderSource): Promise<FolderContents> {
  await requireFolder(source.folder);
  return await OPENERS[source.format](source);
}

/** @throws UserError `data` */
export async function requireFolder(folder: string): Promise<void> {
  try {
    const found = await stat(folder);
    if (!found.isDirectory()) throw new Error(`it is ${kindOf(found)}`);
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'there is no such folder' : messageOf(error);
    throw dataError(folder, `${reason}; dataset.folder has to be a folder with train and test images`, error);
  }
}

/** How many images are used; all where undefined. */
export interface Samples {
  readonly trainSamples?: number | undefined;
  readonly testSamples?: number | undefined;
}

/**
 * Reads the images of a folder into memory, and measures mean and standard deviation of those that are trained on.
 * @throws UserError `config` when a subset is larger than the data set (the key is named); `data` for files that are
 *   damaged or do not fit; the signal's reason
 */
export async function loadFolder(
  source: FolderSource,
  contents: FolderContents,
  samples: Samples,
  watch: Watch = {},
): Promise<Dataset> {
  const { image, classes, classNames, decoder } = contents;
  const { folder, format } = source;
  requireSamples(folder, contents, samples);
  const train = await readSplit(contents.train, classes, samples.trainSamples, watch);
  const test = await readSplit(contents.test, classes, samples.testSamples, watch);
  const normalization = measureNormalization(train.split.images, image);
  const images = { train: contents.train.labels.length, test: contents.test.labels.length };
  const facts = { folder, format, image, classNames, images, normalization, decoder };
  return {
    ...{ name: basename(folder) || folder, image, classes, normalization, facts },
    train: train.split,
    test: test.split,
    checksums: { ...train.checksums, ...test.checksums },
  };
}

async function readSplit(split: FolderSplit, classes: number, samples: number | undefined, watch: Watch) {
  const { labels } = split;
  const chosen = balancedSubset(labels, classes, samples ?? labels.length);
  const { images, checksums } = await split.read(chosen, watch);
  const own: Split = { count: chosen.length, images, labels: pick(labels, chosen) };
  return { split: own, checksums };
}

function pick(labels: Labels, chosen: Uint32Array): Labels {
  const picked = labels instanceof Uint8Array ? new Uint8Array(chosen.length) : new Uint16Array(chosen.length);
  chosen.forEach((record, slot) => (picked[slot] = labels[record] ?? 0));
  return picked;
}

function requireSamples(folder: string, contents: FolderContents, samples: Samples): void {
  const asked = { train: samples.trainSamples, test: samples.testSamples };
  for (const split of ['train', 'test'] as const satisfies SplitName[]) {
    const [found, most] = [asked[split], contents[split].labels.length];
    if (found === undefined || found <= most) continue;
    const kind = split === 'train' ? 'training' : 'test';
    throw new UserError(
      'config',
      `dataset.${split}Samples: found ${found}, but ${printable(folder)} has ${count(most, `${kind} image`)}; ` +
        `give a whole number from 1 to ${most}, or leave the key out to use all`,
    );
  }
}
