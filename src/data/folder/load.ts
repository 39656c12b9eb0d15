import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, systemCode } from '../../errors.js';
import { valuesOf } from '../../support/images.js';
import { kindOf } from '../../support/regular-file.js';
import { printable } from '../../support/text.js';
import type { Dataset, Labels, Split } from '../dataset.js';
import { divideTraining } from '../hold-out.js';
import { requireSamples, type Samples } from '../samples.js';
import { balancedSubset } from '../subset.js';
import { openCifarFolder } from './cifar.js';
import {
  dataError,
  type FolderContents,
  type FolderFormat,
  type FolderSource,
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
  const images = { train: contents.train.labels.length, test: contents.test.labels.length };
  requireSamples(printable(folder), images, samples);
  const { train, validation } = divideTraining(contents.train.labels, classes, samples);
  // In one go, for each reading looks at every file.
  const training = await contents.train.read(Uint32Array.from([...train, ...(validation ?? [])]), watch);
  const test = balancedSubset(contents.test.labels, classes, samples.testSamples ?? images.test);
  const testing = await contents.test.read(test, watch);
  const used = train.length * valuesOf(image);
  const trained = splitOf(contents.train.labels, train, training.images.subarray(0, used));
  const normalization = measureNormalization(trained.images, image);
  const facts = { folder, format, image, classNames, images, normalization, decoder };
  return {
    ...{ name: basename(folder) || folder, image, classes, normalization, facts },
    train: trained,
    validation: validation && splitOf(contents.train.labels, validation, training.images.subarray(used)),
    test: splitOf(contents.test.labels, test, testing.images),
    checksums: { ...training.checksums, ...testing.checksums },
  };
}

/** Images that were chosen of all that have these labels. */
function splitOf(labels: Labels, chosen: Uint32Array, images: Uint8Array): Split {
  const own = labels instanceof Uint8Array ? new Uint8Array(chosen.length) : new Uint16Array(chosen.length);
  chosen.forEach((record, slot) => (own[slot] = labels[record] ?? 0));
  return { count: chosen.length, images, labels: own };
}
