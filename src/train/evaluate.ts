import * as tf from '@tensorflow/tfjs-core';

import { assembleBatch } from '../data/batches.js';
import type { Dataset, Split } from '../data/dataset.js';
import { batchShape } from '../support/images.js';
import type { Engine } from '../tensor/engine.js';
import { targetsOf } from './batch.js';
import type { Network } from './network.js';
import { countHits } from './step.js';
import type { TrainTensors } from './step.js';

export interface Evaluation {
  /** Mean cross-entropy without label smoothing. */
  readonly loss: number;
  /** In [0, 1]. */
  readonly accuracy: number;
}

interface Circumstances {
  /** Images at a time. */
  readonly batchSize: number;
  readonly signal: AbortSignal;
}

export interface EvaluateOptions extends Circumstances {
  /** The images to evaluate on, all of them. */
  readonly split: Split;
}

/** What the images that are not trained on give. */
export interface Evaluations {
  /** On the test images. */
  readonly evaluation: Evaluation;
  /** On the validation images; undefined where there are none. */
  readonly validation?: Evaluation | undefined;
}

/** Evaluates on all test images, then on all validation images. @returns undefined when the signal ends it early */
export async function evaluateAll(
  engine: Engine,
  network: Network,
  tensors: TrainTensors,
  dataset: Dataset,
  circumstances: Circumstances,
): Promise<Evaluations | undefined> {
  const on = (split: Split) => evaluate(engine, network, tensors, dataset, { ...circumstances, split });
  const evaluation = await on(dataset.test);
  if (evaluation === undefined) return undefined;
  if (dataset.validation === undefined) return { evaluation };
  const validation = await on(dataset.validation);
  return validation && { evaluation, validation };
}

/**
 * Loss and accuracy on a split of a data set, with the running statistics.
 *
 * @returns undefined when the signal ends it early
 */
export async function evaluate(
  engine: Engine,
  network: Network,
  { parameters, buffers }: TrainTensors,
  { image, classes, normalization }: Pick<Dataset, 'image' | 'classes' | 'normalization'>,
  { split, batchSize, signal }: EvaluateOptions,
): Promise<Evaluation | undefined> {
  let loss = 0;
  let hits = 0;
  for (let start = 0; start < split.count; start += batchSize) {
    // A turn of the event loop, so that a signal can be heard.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) return undefined;
    const indices = Uint32Array.from(
      { length: Math.min(batchSize, split.count - start) },
      (_, index) => start + index,
    );
    const { images, labels } = assembleBatch(split, indices, {
      image,
      augmentation: 'none',
      normalization,
      random: Math.random,
    });
    const count = labels.length;
    const { summary } = engine.scope(() => {
      const pixels = engine.tensor(images, batchShape(count, image));
      const logits = network.predict(parameters, buffers, pixels);
      const targets = engine.tensor(targetsOf(labels, undefined, classes, 0), [count, classes]);
      const batchLoss = tf.mean(engine.crossEntropy(logits, targets).loss);
      const result = tf.stack([batchLoss, countHits(engine, logits, labels)]);
      return { summary: result, keep: [result] };
    });
    const [meanLoss = NaN, batchHits = NaN] = await engine.read(summary);
    summary.dispose();
    loss += meanLoss * count;
    hits += batchHits;
  }
  return { loss: loss / split.count, accuracy: hits / split.count };
}
