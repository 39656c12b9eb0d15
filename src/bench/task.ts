import type { RunConfig } from '../config/schema.js';
import { DATASETS, recordsOf } from '../data/formats.js';
import type { SplitName } from '../data/formats.js';
import { valuesOf } from '../support/images.js';
import type { ImageTask } from '../support/images.js';
import { planOf } from '../train/plan.js';
import type { Plan } from '../train/plan.js';

/** What a configuration trains and evaluates on, as far as it can be known without the data set. */
export interface RunTask extends ImageTask {
  readonly train: { readonly count: number };
  readonly test: { readonly count: number };
}

/** How long a run is. */
export interface RunLength extends Plan {
  /** Epochs that end with an evaluation: fewer than are set where `maxSteps` comes first. */
  readonly epochs: number;
}

export function taskOf({ dataset: { name, trainSamples, testSamples } }: RunConfig): RunTask {
  const format = DATASETS[name];
  const count = (split: SplitName, samples: number | undefined) => ({
    count: samples ?? recordsOf(format, split),
  });
  const { image, classes } = format;
  return { image, classes, train: count('train', trainSamples), test: count('test', testSamples) };
}

export function lengthOf(config: RunConfig): RunLength {
  const plan = planOf(config, taskOf(config));
  return { ...plan, epochs: Math.ceil(plan.totalSteps / plan.stepsPerEpoch) };
}

/** The images and labels in memory. */
export function datasetBytesOf(config: RunConfig): number {
  const { image, train, test } = taskOf(config);
  return (train.count + test.count) * (valuesOf(image) + 1);
}
