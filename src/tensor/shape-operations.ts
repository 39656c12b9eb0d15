import { Tensor } from '@tensorflow/tfjs-core';

import type { LinearWeights } from './engine.js';
import { Features } from './features.js';
import type { LayerOperations, UnitInputs, UnitOutputs } from './operations.js';
import type { EmbeddingWeights } from './transformer-operations.js';

/** A tensor that has a shape and no values: nothing may be computed with it, and nothing need be freed. */
export function shapeOnly(shape: readonly number[]): Tensor {
  return new Tensor([...shape], 'float32', {}, 0);
}

/**
 * The operations without their arithmetic: features of the right shape and nothing in them. A network's forward pass can
 * so be followed without an engine.
 */
export class ShapeOperations implements LayerOperations {
  features(values: Tensor): Features {
    return shaped(values.shape);
  }

  materialize(x: Features): Tensor {
    return shapeOnly(x.shape);
  }

  unit({ x, weights, geometry }: UnitInputs): UnitOutputs {
    const [count, ...rest] = x.shape;
    const [size = 1, , , outputs = 1] = weights.kernel.shape;
    const { stride, padding } = geometry;
    const sides = rest.slice(0, -1).map((side) => Math.floor((side + 2 * padding - size) / stride) + 1);
    const statistics = { mean: shapeOnly([outputs]), variance: shapeOnly([outputs]) };
    return { output: shaped([count ?? 1, ...sides, outputs]), ...statistics };
  }

  inferUnit(inputs: UnitInputs): Features {
    return this.unit(inputs).output;
  }

  biasAdd(x: Features): Features {
    return shaped(x.shape);
  }

  maxPool(x: Features): Features {
    return halved(x, x.shape.at(-1) ?? 1);
  }

  subsample(x: Features, channels: number): Features {
    return halved(x, channels);
  }

  globalAveragePool({ shape }: Features): Features {
    return shaped([shape.at(0) ?? 1, shape.at(-1) ?? 1]);
  }

  patches({ shape }: Features, size: number): Features {
    const [count = 1, height = 1, width = 1, channels = 1] = shape;
    return shaped([count, (height / size) * (width / size), size * size * channels]);
  }

  embed({ shape }: Features, { position }: EmbeddingWeights): Features {
    return shaped([shape.at(0) ?? 1, ...position.shape]);
  }

  linear(x: Features, { bias }: LinearWeights): Features {
    return shaped([...x.shape.slice(0, -1), bias.size]);
  }

  layerNorm(x: Features): Features {
    return shaped(x.shape);
  }

  attention({ shape }: Features, _heads: number): Features {
    return shaped([...shape.slice(0, -1), (shape.at(-1) ?? 3) / 3]);
  }

  firstToken({ shape }: Features): Features {
    return shaped([shape.at(0) ?? 1, shape.at(-1) ?? 1]);
  }

  meanToken(x: Features): Features {
    return this.firstToken(x);
  }

  dense(x: Features, kernel: Tensor): Features {
    return shaped([...x.shape.slice(0, -1), kernel.shape.at(-1) ?? 1]);
  }
}

function halved({ shape }: Features, channels: number): Features {
  const [count = 1, ...rest] = shape;
  return shaped([count, ...rest.slice(0, -1).map((side) => Math.floor(side / 2)), channels]);
}

function shaped(shape: readonly number[]): Features {
  return new Features({ values: shapeOnly(shape) }, shape.at(-1) ?? 1);
}
