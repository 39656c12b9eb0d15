import { expect, it } from 'vitest';

import { createModel, modelNames } from '../../src/models/registry.js';
import { Operations } from '../../src/tensor/operations.js';
import type { LayerOperations } from '../../src/tensor/operations.js';
import { shapeOnly, ShapeOperations } from '../../src/tensor/shape-operations.js';
import type { Engine, Tensor } from '../../src/tensor/engine.js';
import { sizeOf } from '../../src/tensor/layout.js';
import { onEachBackend } from '../support/backends.js';

const task = { image: { height: 48, width: 32, channels: 1 }, classes: 7 };
const images = [1, 48, 32, 1];

/** The shapes of all that is observed in a forward pass, and that of its result. */
function shapesOf(
  name: ReturnType<typeof modelNames>[number],
  operations: LayerOperations,
  tensor: (shape: readonly number[]) => Tensor,
): Record<string, readonly number[]> {
  const model = createModel(name, task);
  const parameters = new Map(model.parameters.map((each) => [each.name, tensor(each.shape)]));
  const seen: Record<string, readonly number[]> = {};
  const logits = model.forward(operations.features(tensor(images)), {
    operations,
    training: true,
    parameter: (each) => parameters.get(each) ?? shapeOnly([]),
    buffer: () => shapeOnly([]),
    observe: (buffer, { shape }) => (seen[buffer] = shape),
  });
  return { ...seen, logits: operations.materialize(logits).shape };
}

onEachBackend(
  (engine) => {
    it.each(['resnet20', 'vgg11bn', 'vit-tiny'] as const)('%s: the shapes are those of an engine', (name) => {
      const zeros = (e: Engine) => (shape: readonly number[]) =>
        e.tensor(new Float32Array(sizeOf(shape)), shape);
      const { computed } = engine().scope(() => ({
        computed: shapesOf(name, new Operations(engine()), zeros(engine())),
        keep: [],
      }));
      expect(shapesOf(name, new ShapeOperations(), shapeOnly)).toEqual(computed);
    });
  },
  ['wasm'],
);

it.each(modelNames())('%s gives a row of classes', (name) => {
  expect(shapesOf(name, new ShapeOperations(), shapeOnly)['logits']).toEqual([1, 7]);
});
