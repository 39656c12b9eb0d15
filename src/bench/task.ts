import { datasetLabel, folderSource, type FolderSource } from '../config/index.js';
import type { RunConfig } from '../config/schema.js';
import { openFolder } from '../data/folder/load.js';
import { CIFAR_IMAGE, DATASETS, recordsOf } from '../data/formats.js';
import { requireSamples } from '../data/samples.js';
import { valuesOf } from '../support/images.js';
import type { ImageTask } from '../support/images.js';
import { planOf } from '../train/plan.js';
import type { Plan } from '../train/plan.js';

/** What a configuration trains and evaluates on, as far as it can be known without the data set. */
export interface RunTask extends ImageTask {
  readonly train: { readonly count: number };
  readonly test: { readonly count: number };
  /** Held out of the training images. */
  readonly validation: { readonly count: number };
}

/** The same of all images, before any are held out. */
type WholeTask = Omit<RunTask, 'validation'>;

/** How long a run is. */
export interface RunLength extends Plan {
  /** Epochs that end with an evaluation: fewer than are set where `maxSteps` comes first. */
  readonly epochs: number;
}

/** What was found in the folders that this process has looked at. */
const looked = new Map<string, WholeTask>();

/** Of a folder that was not looked at: as CIFAR-100. Who only orders runs, or says how they stand, needs no data. */
const STAND_IN: WholeTask = {
  ...{ image: CIFAR_IMAGE, classes: 100 },
  ...{ train: { count: 50_000 }, test: { count: 10_000 } },
};

/**
 * Looks at the folders that configurations train on, so that {@link taskOf} knows them.
 * @throws UserError `data`; `config` where a configuration asks for more images than there are
 */
export async function lookAtFolders(configs: readonly RunConfig[]): Promise<void> {
  for (const config of configs) {
    const source = folderSource(config.dataset);
    if (source === undefined) continue;
    if (!looked.has(keyOf(source))) {
      const { image, classes, train, test } = await openFolder(source);
      const counts = { train: { count: train.labels.length }, test: { count: test.labels.length } };
      looked.set(keyOf(source), { image, classes, ...counts });
    }
    const { train, test } = wholeTaskOf(config.dataset);
    requireSamples(datasetLabel(config.dataset), { train: train.count, test: test.count }, config.dataset);
    planOf(config, taskOf(config));
  }
}

function keyOf({ folder, format, size }: FolderSource): string {
  return JSON.stringify([folder, format, size]);
}

export function taskOf({ dataset }: RunConfig): RunTask {
  const { image, classes, train, test } = wholeTaskOf(dataset);
  const { validation = 0 } = dataset;
  return {
    ...{ image, classes },
    train: { count: dataset.trainSamples ?? train.count - validation },
    test: { count: dataset.testSamples ?? test.count },
    validation: { count: validation },
  };
}

/** Images that each epoch ends with an evaluation of. */
export function evaluatedImages({ test, validation }: RunTask): number {
  return test.count + validation.count;
}

/** Of all images. */
function wholeTaskOf(dataset: RunConfig['dataset']): WholeTask {
  const source = folderSource(dataset);
  if (source !== undefined) return looked.get(keyOf(source)) ?? STAND_IN;
  const format = DATASETS[dataset.name ?? 'cifar100'];
  const count = (split: 'train' | 'test') => ({ count: recordsOf(format, split) });
  const { image, classes } = format;
  return { image, classes, train: count('train'), test: count('test') };
}

export function lengthOf(config: RunConfig): RunLength {
  const plan = planOf(config, taskOf(config));
  return { ...plan, epochs: Math.ceil(plan.totalSteps / plan.stepsPerEpoch) };
}

/** The images and labels in memory. */
export function datasetBytesOf(config: RunConfig): number {
  const task = taskOf(config);
  return (task.train.count + evaluatedImages(task)) * (valuesOf(task.image) + 1);
}
