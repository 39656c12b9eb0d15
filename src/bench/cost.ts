import type { RunConfig } from '../config/schema.js';
import { countFlops } from './flops.js';
import { builtInModel, type ModelOf } from './model-of.js';
import { evaluatedImages, lengthOf, taskOf } from './task.js';

/**
 * What a run costs, to order runs by: its floating-point operations in training and evaluation. Nothing is measured, so
 * it is the same on every machine; see {@link countFlops} for what counts.
 *
 * @throws UserError `config` when the model cannot take the images
 */
export function costOf(config: RunConfig, model: ModelOf = builtInModel): number {
  const task = taskOf(config);
  const { totalSteps, epochs } = lengthOf(config);
  const { training, evaluation } = countFlops(model(config)(task), task.image);
  return totalSteps * config.batchSize * training + epochs * evaluatedImages(task) * evaluation;
}
