// Gives tfjs-core the gradients that model.fit needs.
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { version_layers } from '@tensorflow/tfjs-layers';

import { EndlessOrder } from '../../src/bench/endless-order.js';
import { batchShape } from '../../src/support/images.js';
import { trainingBatch } from '../../src/train/batch.js';
import { openChild } from './child.js';
import { layersModel } from './layers-model.js';
import { serve } from './protocol.js';

// A contender: what model.fit of tfjs-layers makes of the same network, batches and backend.
const { workload, engine, dataset } = await openChild();
const { batchSize } = workload;
const model = layersModel(workload.model, dataset);
const order = new EndlessOrder(dataset.train.count, 42);
const settings = {
  ...{ batchSize, shuffle: true, augmentation: 'crop-flip' as const },
  ...{ regularization: {}, labelSmoothing: 0 },
};
let steps = 0;

async function step(): Promise<void> {
  const place = { seed: 42, epoch: steps++, index: 0 };
  const batch = trainingBatch(dataset, order.next(batchSize), settings, place);
  const x = tf.tensor4d(batch.images, batchShape(batchSize, batch.image));
  const y = tf.tensor2d(batch.targets, [batchSize, dataset.classes]);
  // The enum of `verbose` is not exported. Without it fit would draw its progress on standard output.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
  await model.fit(x, y, { batchSize, epochs: 1, shuffle: false, verbose: 0 });
  x.dispose();
  y.dispose();
}

await serve(`tfjs-layers ${version_layers} on ${engine.info.library}`, step);
