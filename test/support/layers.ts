import type { Engine, NamedTensors, Tensor } from '../../src/tensor/engine.js';
import { Operations } from '../../src/tensor/operations.js';
import type { Layer } from '../../src/nn/layer.js';
import type { UnitLayer } from '../../src/nn/layers.js';

/** Values of a layer's parameters and buffers, in row order. */
export type LayerValues = Readonly<Record<string, readonly number[] | Float32Array>>;

export interface LayerResult {
  readonly output: Tensor;
  /** What the layer saw for its running statistics. */
  readonly observed: NamedTensors;
}

/** Runs a layer with the given values for its parameters and buffers. */
export function runLayer(
  engine: Engine,
  layer: Layer,
  x: Tensor,
  values: LayerValues = {},
  training = false,
): LayerResult {
  const specs = [...layer.parameters, ...layer.buffers];
  const tensor = (name: string): Tensor => {
    const spec = specs.find((candidate) => candidate.name === name);
    const data = values[name];
    if (spec === undefined || data === undefined) throw new Error(`the test gives no value for ${name}`);
    return engine.tensor(Float32Array.from(data), spec.shape);
  };
  const observed = new Map<string, Tensor>();
  const operations = new Operations(engine);
  const features = layer.forward(operations.features(x), {
    operations,
    training,
    parameter: tensor,
    buffer: tensor,
    observe: (name, value) => observed.set(name, value),
  });
  return { output: operations.materialize(features), observed };
}

/** A unit as a layer of its own that is always given this shortcut. */
export function withShortcut(unit: UnitLayer, shortcut: Tensor): Layer {
  return {
    ...unit,
    forward: (x, context) => unit.forward(x, context, context.operations.features(shortcut)),
  };
}
