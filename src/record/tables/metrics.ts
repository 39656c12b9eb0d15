import type { EpochMetrics } from '../../train/events.js';
import { number, optional, orEmpty, share, wholeNumber } from './fields.js';
import { reported } from './reports.js';
import { tableOf } from './table.js';

const { column, table } = tableOf<EpochMetrics>();

/**
 * metrics.csv: one row an epoch. New columns come last, and are `optional`: files from before have none.
 */
export const metricsTable = table(
  { fileName: 'metrics.csv' },
  {
    epoch: column(wholeNumber, {
      meaning: 'The epoch that the row is about.',
      of: ({ epoch }) => epoch,
    }),
    step: column(wholeNumber, {
      meaning: 'Optimizer steps done when it ended.',
      of: ({ step }) => step,
    }),
    learning_rate: column(number, {
      meaning: 'η of the epoch, warm-up and decay included.',
      of: ({ learningRate }) => learningRate,
    }),
    train_loss: column(number, {
      unit: 'nats',
      meaning:
        "Mean over the epoch's steps of the batch's mean cross-entropy, with label smoothing and mixing as set.",
      of: ({ trainLoss }) => trainLoss,
    }),
    train_accuracy: column(share, {
      unit: 'share, 0 to 1',
      meaning: 'Mean over the steps of the share of the (augmented) batch that was right, in training mode.',
      of: ({ trainAccuracy }) => trainAccuracy,
    }),
    test_loss: column(number, {
      unit: 'nats',
      meaning: 'Mean cross-entropy of all test images after the epoch, no label smoothing.',
      of: ({ testLoss }) => testLoss,
    }),
    test_accuracy: column(share, {
      unit: 'share, 0 to 1',
      meaning: 'Share of the test images that is right after the epoch (top 1).',
      of: ({ testAccuracy }) => testAccuracy,
    }),
    grad_global_std: column(number, {
      meaning: 'Std over the concatenation of all g_l, mean over the steps.',
      of: ({ gradGlobalStd }) => gradGlobalStd,
    }),
    update_global_std: column(number, {
      meaning: 'The same of all u_l: after the transform, before the base optimizer.',
      of: ({ updateGlobalStd }) => updateGlobalStd,
    }),
    autoscale_alpha: column(orEmpty(number), reported('autoscale_alpha')),
    autoscale_exponent: column(orEmpty(number), reported('autoscale_exponent')),
    epoch_seconds: column(number, {
      unit: 's',
      meaning: 'Wall-clock time of training and evaluation.',
      of: ({ epochSeconds }) => epochSeconds,
      measured: true,
    }),
    images_per_second: column(number, {
      unit: '1/s',
      meaning: 'Training images per second of training time; evaluation is not counted.',
      of: ({ imagesPerSecond }) => imagesPerSecond,
      measured: true,
    }),
    autoscale_sigma: column(optional(orEmpty(number)), reported('autoscale_sigma')),
    train_seconds: column(optional(number), {
      unit: 's',
      meaning: 'Wall-clock time of the training steps.',
      of: ({ trainSeconds }) => trainSeconds,
      measured: true,
    }),
    evaluation_seconds: column(optional(number), {
      unit: 's',
      meaning:
        'Wall-clock time of the evaluation on the test images, and on the validation images where there are any.',
      of: ({ evaluationSeconds }) => evaluationSeconds,
      measured: true,
    }),
    others_share: column(optional(share), {
      unit: 'share, 0 to 1',
      meaning:
        "What other processes had of the machine's processor time (all cores) during the epoch, or since it was resumed.",
      of: ({ othersShare }) => othersShare,
      measured: true,
    }),
    validation_loss: column(optional(number), {
      unit: 'nats',
      meaning: 'As `test_loss`, of the validation images. Only there with `dataset.validation`.',
      of: ({ validationLoss }) => validationLoss,
      ofValidation: true,
    }),
    validation_accuracy: column(optional(share), {
      unit: 'share, 0 to 1',
      meaning: 'As `test_accuracy`, of the validation images. Only there with `dataset.validation`.',
      of: ({ validationAccuracy }) => validationAccuracy,
      ofValidation: true,
    }),
  },
);
