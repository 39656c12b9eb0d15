import * as tf from '@tensorflow/tfjs-core';

import { assembleBatch } from '../data/batches.js';
import type { Dataset } from '../data/dataset.js';
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

/**
 * Loss and accuracy on all test images, with the running statistics.
 *
 * @returns undefined when the signal ends it early
 */
export async function evaluate(
  engine: Engine,
  network: Network,
  { parameters, buffers }: TrainTensors,
  dataset: Dataset,
  batchSize: number,
  signal: AbortSignal,
): Promise<Evaluation | undefined> {
  const { image, test, classes, normalization } = dataset;
  let loss = 0;
  let hits = 0;
  for (let start = 0; start < test.count; start += batchSize) {
    // A turn of the event loop, so that a signal can be heard.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) return undefined;
    const indices = Uint32Array.from(
      { length: Math.min(batchSize, test.count - start) },
      (_, index) => start + index,
    );
    const { images, labels } = assembleBatch(test, indices, {
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
  return { loss: loss / test.count, accuracy: hits / test.count };
}
