import type { RunConfig } from '../config/schema.js';
import { taskOf } from './task.js';

/**
 * Tells apart runs whose steps differ in what they compute; of two with the same key the steps take equally long. What a
 * number is does not matter, only whether it is there and not zero: a learning rate changes nothing, mixing does.
 */
export function kindOf(config: RunConfig): string {
  const {
    plugins,
    model,
    modelOptions,
    batchSize,
    evalBatchSize,
    precision,
    backend,
    optimizer,
    regularization,
  } = config;
  const { image, classes, test } = taskOf(config);
  const { augmentation } = config.dataset;
  const settings = JSON.stringify({ optimizer, regularization }, (_, value: unknown) =>
    typeof value === 'number' ? value !== 0 : value,
  );
  const evaluated = Math.min(evalBatchSize, test.count);
  const sizes = { image, classes, batchSize, evaluated };
  return JSON.stringify({
    plugins,
    model,
    modelOptions,
    ...sizes,
    precision,
    backend,
    augmentation,
    settings,
  });
}
