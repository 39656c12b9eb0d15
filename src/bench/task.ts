import type { RunConfig } from '../config/schema.js';
import { DATASETS, recordsOf } from '../data/formats.js';
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

/** How long a run is. */
export interface RunLength extends Plan {
  /** Epochs that end with an evaluation: fewer than are set where `maxSteps` comes first. */
  readonly epochs: number;
}

export function taskOf({ dataset }: RunConfig): RunTask {
  const { name, validation = 0 } = dataset;
  const format = DATASETS[name];
  const { image, classes } = format;
  return {
    ...{ image, classes },
    train: { count: dataset.trainSamples ?? recordsOf(format, 'train') - validation },
    test: { count: dataset.testSamples ?? recordsOf(format, 'test') },
    validation: { count: validation },
  };
}

/** Images that each epoch ends with an evaluation of. */
export function evaluatedImages({ test, validation }: RunTask): number {
  return test.count + validation.count;
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
