import { z } from 'zod';
import { datasetLabel, type DatasetKeys } from './dataset.js';

/** `dataset.validation` */
export const validationSchema = z
  .int()
  .min(1)
  .optional()
  .describe(
    'Hold out this many training images, class-balanced and the same for every seed, and evaluate on them as on the test images; ' +
      'without it none. They are taken before trainSamples are.',
  );

/** `checkpoint.best` */
export const bestSchema = z
  .enum(['validation'])
  .optional()
  .describe(
    'validation: besides the newest, keep the checkpoint of the epoch with the highest validation accuracy, the first where several have it.',
  );

/** What of a configuration says how training images are shared out. */
interface TrainingKeys {
  readonly dataset: DatasetKeys & {
    readonly validation?: number | undefined;
    readonly trainSamples?: number | undefined;
  };
  readonly batchSize: number;
}

/**
 * What is wrong with how the training images are shared out; undefined where nothing is.
 * @param images training images of the data set
 * @returns the key, and what is allowed
 */
export function sharesContradiction(
  { dataset, batchSize }: TrainingKeys,
  images: number,
): readonly [key: string, message: string] | undefined {
  const { validation = 0 } = dataset;
  const name = datasetLabel(dataset);
  const left = images - validation;
  const trainSamples = dataset.trainSamples ?? left;
  if (left < 1)
    return [
      'dataset.validation',
      `at most ${images - 1}: ${name} has ${images} training images, and one must be left`,
    ];
  const heldOut = validation === 0 ? '' : ` that dataset.validation (${validation}) leaves`;
  if (trainSamples > left)
    return ['dataset.trainSamples', `at most ${left}, the training images of ${name}${heldOut}`];
  if (batchSize > trainSamples) {
    const whose = dataset.trainSamples === undefined ? heldOut : '';
    return [
      'batchSize',
      `at most ${trainSamples}, the number of training images${whose} (an incomplete batch is dropped)`,
    ];
  }
  return undefined;
}
