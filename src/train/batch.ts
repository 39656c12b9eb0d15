import { assembleBatch, shuffledOrder } from '../data/batches.js';
import type { Dataset } from '../data/dataset.js';
import { mixBatch } from '../data/mixing.js';
import type { ImageShape } from '../support/images.js';
import { randomStream } from './random.js';

/** What a configuration says of the training batches. */
export interface BatchSettings {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly augmentation: 'crop-flip' | 'none';
  readonly regularization: { readonly cutmix?: number | undefined; readonly mixup?: number | undefined };
  readonly labelSmoothing: number;
}

/** A batch as the training step takes it: host arrays. */
export interface TrainingBatch {
  /** Size of every image. */
  readonly image: ImageShape;
  /** [B, height, width, channels], normalized. */
  readonly images: Float32Array;
  /** [B, classes]: the distribution that the loss compares with. */
  readonly targets: Float32Array;
  /** [B] */
  readonly labels: Int32Array;
  /** The labels mixed in, and the share of `labels`; absent without mixing. */
  readonly mixture: { readonly labels: Int32Array; readonly share: number } | undefined;
}

/** The order of the training images in an epoch (0-based). */
export function epochOrder(count: number, shuffle: boolean, seed: number, epoch: number): Uint32Array {
  if (shuffle) return shuffledOrder(count, randomStream(seed, 'shuffle', epoch));
  return Uint32Array.from({ length: count }, (_, index) => index);
}

/** Batch number `index` of an epoch, augmented and mixed from random streams of its own. */
export function trainingBatch(
  dataset: Dataset,
  order: Uint32Array,
  settings: BatchSettings,
  place: { readonly seed: number; readonly epoch: number; readonly index: number },
): TrainingBatch {
  const { seed, epoch, index } = place;
  const { batchSize, augmentation, regularization, labelSmoothing } = settings;
  const { image, classes, normalization } = dataset;
  const indices = order.subarray(index * batchSize, (index + 1) * batchSize);
  const random = randomStream(seed, 'augmentation', epoch, index);
  const batch = assembleBatch(dataset.train, indices, { image, augmentation, normalization, random });
  const mixes = regularization.cutmix !== undefined || regularization.mixup !== undefined;
  const mixed = mixes
    ? mixBatch(batch, regularization, randomStream(seed, 'mixing', epoch, index))
    : undefined;
  const mixture = mixed && { labels: mixed.labelsB, share: mixed.lambda };
  return { ...batch, mixture, targets: targetsOf(batch.labels, mixture, classes, labelSmoothing) };
}

/**
 * Target distributions: (1 − s) · (λ·onehot(label) + (1 − λ)·onehot(mixed label)) + s / classes.
 * Label smoothing: Szegedy et al. 2015, arXiv 1512.00567, as in PyTorch (the spread includes the right class).
 *
 * @returns [B, classes]
 */
export function targetsOf(
  labels: Int32Array,
  mixture: TrainingBatch['mixture'],
  classes: number,
  labelSmoothing: number,
): Float32Array {
  const targets = new Float32Array(labels.length * classes).fill(labelSmoothing / classes);
  const add = (ids: Int32Array, share: number) => {
    ids.forEach((id, row) => {
      const place = row * classes + id;
      targets[place] = (targets[place] ?? 0) + share * (1 - labelSmoothing);
    });
  };
  add(labels, mixture?.share ?? 1);
  if (mixture) add(mixture.labels, 1 - mixture.share);
  return targets;
}
