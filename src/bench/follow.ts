import type { Layer } from '../nn/layer.js';
import type { Tensor } from '../tensor/engine.js';
import type { Features } from '../tensor/operations.js';
import { shapeOnly, type ShapeOperations } from '../tensor/shape-operations.js';

/** Takes a model's own forward pass in training through operations that know shapes and compute nothing. */
export function followForward(model: Layer, operations: ShapeOperations, images: Features): void {
  const parameters = new Map(model.parameters.map(({ name, shape }) => [name, shapeOnly(shape)]));
  model.forward(images, {
    operations,
    training: true,
    parameter: (name: string) => known(parameters, name),
    buffer: (name: string) => {
      throw new Error(`training does not read the buffer ${name}`);
    },
    observe: () => undefined,
  });
}

function known(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`the model has no tensor named ${name}`);
  return tensor;
}
