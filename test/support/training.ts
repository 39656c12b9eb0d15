import { BASE_OPTIMIZERS, GRADIENT_TRANSFORMS, OptimizerSchema } from '../../src/config/optimizer.js';
import { batchShape } from '../../src/support/images.js';
import type { OptimizerSettings } from '../../src/optim/registry.js';
import type { Engine } from '../../src/tensor/engine.js';
import { targetsOf } from '../../src/train/batch.js';
import type { TrainingBatch } from '../../src/train/batch.js';
import type { Network, NetworkValues } from '../../src/train/network.js';
import type { TrainTensors } from '../../src/train/step.js';
import { optimizerRandomness } from '../../src/train/random.js';
import type { Optimizer } from '../../src/optim/optimizer.js';
import { randomTensor } from './values.js';
import { cifarTask } from './tasks.js';

export const GRADIENTS = GRADIENT_TRANSFORMS;
export const BASES = BASE_OPTIMIZERS;

/** AdamW with the defaults of the configuration, and what a test changes. */
export function optimizerSettings(changes: Partial<OptimizerSettings> = {}): OptimizerSettings {
  return { ...OptimizerSchema.parse({}), ...changes };
}

/** Random images [labels, 32, 32, 3] with these labels. */
export function randomBatch(labels: readonly number[], classes: number, seed = 1): TrainingBatch {
  const ids = Int32Array.from(labels);
  const { image } = cifarTask(classes);
  return {
    image,
    images: randomTensor(seed, batchShape(labels.length, image)).data,
    labels: ids,
    targets: targetsOf(ids, undefined, classes, 0),
    mixture: undefined,
  };
}

/** What training starts from, on the device. */
export function startingTensors(
  engine: Engine,
  network: Network,
  optimizer: Optimizer,
  values: NetworkValues,
): TrainTensors {
  return {
    parameters: engine.tensor(values.parameters, [network.parameters.size]),
    buffers: engine.tensor(values.buffers, [network.buffers.size]),
    optimizer: optimizer.init(optimizerRandomness(1)),
  };
}
