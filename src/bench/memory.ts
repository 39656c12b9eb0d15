import { sum } from 'd3-array';

import type { RunConfig } from '../config/schema.js';
import { batchShape } from '../support/images.js';
import { sizeOf } from '../tensor/layout.js';
import type { UnitInputs, UnitOutputs } from '../tensor/operations.js';
import { shapeOnly, ShapeOperations } from '../tensor/shape-operations.js';
import { followForward } from './follow.js';
import { builtInModel, type ModelOf } from './model-of.js';
import { datasetBytesOf, taskOf } from './task.js';

/** Node, the program and the native library. */
const BASE_BYTES = 450e6;
/** Weights, gradients and their packed copy, moments, their like on the host at the start, and what the allocator keeps. */
const COPIES_OF_PARAMETERS = 10.5;
/** An activation and its gradient, or the next one. */
const COPIES_OF_ACTIVATIONS = 2;
const BYTES = { float32: 4, bfloat16: 2 } as const;

/**
 * About how much memory a run takes on the native engine, from the sizes of its tensors; nothing is measured. The
 * factors are fitted to what runs took: see docs/performance.md.
 *
 * @throws UserError `config` when the model cannot take the images
 */
export function memoryOf(config: RunConfig, model: ModelOf = builtInModel): number {
  const task = taskOf(config);
  const layer = model(config)(task);
  const operations = new CountingOperations();
  followForward(layer, operations, operations.features(shapeOnly(batchShape(1, task.image))));
  const parameters = sum(layer.parameters, ({ shape }) => sizeOf(shape));
  const activations = config.batchSize * operations.activations;
  return (
    BASE_BYTES +
    COPIES_OF_PARAMETERS * BYTES.float32 * parameters +
    COPIES_OF_ACTIVATIONS * BYTES[config.precision] * activations +
    datasetBytesOf(config)
  );
}

/** Counts what the units of a model keep for the backward pass. */
class CountingOperations extends ShapeOperations {
  activations = 0;

  override unit(unit: UnitInputs): UnitOutputs {
    const result = super.unit(unit);
    this.activations += sizeOf(result.output.shape);
    return result;
  }
}
