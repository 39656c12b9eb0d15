import * as tf from '@tensorflow/tfjs-core';

import type { Engine, FeatureTensors, InputGradientRequest, Tensor, Unit } from '../../src/tensor/engine.js';
import { partsOf } from './parts.js';
import { randomTensor, upload } from './values.js';

/** Sizes of a unit and what it has. */
export interface UnitShape {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride?: number;
  readonly bias?: boolean;
  readonly shortcut?: boolean;
  readonly shared?: boolean;
}

export function outputShape({ n, h, w, outputs, stride = 1 }: UnitShape): number[] {
  return [n, h / stride, w / stride, outputs];
}

/** A unit with random weights, and with random images unless it is given some. */
export function randomUnit(engine: Engine, shape: UnitShape, seed = 1, x?: FeatureTensors): Unit {
  const { n, h, w, inputs, outputs, stride = 1, bias = false, shortcut = false, shared = false } = shape;
  const random = (index: number, size: readonly number[], std = 1): Tensor =>
    upload(engine, randomTensor(10 * seed + index, size, std));
  return {
    x: x ?? { values: random(0, [n, h, w, inputs]) },
    weights: {
      kernel: random(1, [3, 3, inputs, outputs], Math.sqrt(2 / (9 * inputs))),
      bias: bias ? random(2, [outputs]) : undefined,
      scale: random(3, [outputs]),
      offset: random(4, [outputs]),
    },
    geometry: { stride, padding: 1 },
    // Large enough that the rounding of a few pixels' variance does not count.
    epsilon: 0.01,
    shortcut: shortcut ? random(5, outputShape(shape)) : undefined,
    shared,
  };
}

/**
 * A random gradient of a unit's output that is 0 where ReLU is about to open or to close: there rounding decides, and
 * two right answers may differ.
 */
export function gradientAwayFromKinks(engine: Engine, unit: Unit, seed = 1, distance = 1e-3): Tensor {
  const { x, weights, geometry, epsilon, shortcut } = unit;
  const convolved = partsOf(engine).conv2d(plain(x), weights.kernel, geometry);
  const { output } = partsOf(engine).batchNorm(convolved, weights.scale, weights.offset, epsilon);
  const sum = shortcut ? tf.add(output, shortcut) : output;
  const dy = upload(engine, randomTensor(10 * seed + 6, sum.shape));
  return tf.mul(dy, tf.cast(tf.greater(tf.abs(sum), distance), 'float32'));
}

/** Features written down, by tfjs's own operations. */
export function plain({ values, affine }: FeatureTensors): Tensor {
  if (affine === undefined) return values;
  const [factor, term] = tf.unstack(affine);
  if (factor === undefined || term === undefined) throw new Error('the features are incomplete');
  return tf.relu(tf.add(tf.mul(values, factor), term));
}

/** A unit's functions, as an engine has them or as they are composed. */
export type UnitFunctions = Pick<Engine, 'unit' | 'unitGradient' | 'inferUnit'>;

/** Everything that comes out of a unit and its gradients, by name; features as `write` writes them down. */
export function resultsOf(
  functions: UnitFunctions,
  unit: Unit,
  dy: Tensor,
  { needed = true, addend }: Partial<InputGradientRequest> = {},
  write: (features: FeatureTensors) => Tensor = plain,
): Map<string, Tensor> {
  const result = functions.unit(unit);
  const gradients = functions.unitGradient(dy, unit, result, { needed, addend });
  const results = {
    output: write(result.output),
    mean: result.mean,
    variance: result.variance,
    evaluated: write(functions.inferUnit(unit, result)),
    'gradient of x': gradients.x,
    'gradient of the kernel': gradients.kernel,
    'gradient of the bias': gradients.bias,
    'gradient of the scale': gradients.scale,
    'gradient of the offset': gradients.offset,
    'gradient of the shortcut': gradients.shortcut,
  };
  return new Map(
    Object.entries(results).flatMap(([name, tensor]) => (tensor ? [[name, tensor] as const] : [])),
  );
}
