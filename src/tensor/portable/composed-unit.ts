import * as tf from '@tensorflow/tfjs-core';

import type {
  Engine,
  FeatureTensors,
  InputGradientRequest,
  Tensor,
  Unit,
  UnitGradients,
  UnitResult,
} from '../engine.js';
import type { Parts } from './parts.js';

/** What a unit is composed of. */
type UnitParts = Omit<Parts, 'moments'> & Pick<Engine, 'biasAdd' | 'materialize'>;

/** A unit, operation by operation; what none of them needs again is disposed of. */
export function composeUnit(engine: UnitParts, unit: Unit): UnitResult {
  const { weights, epsilon } = unit;
  const convolved = convolve(engine, unit);
  const { output, mean, variance, saved } = engine.batchNorm(
    convolved,
    weights.scale,
    weights.offset,
    epsilon,
  );
  return {
    output: { values: activate(engine, output, unit.shortcut) },
    mean,
    variance,
    saved: [convolved, ...saved],
  };
}

export function composeUnitGradient(
  engine: UnitParts,
  dy: Tensor,
  unit: Unit,
  { output, saved }: UnitResult,
  input: InputGradientRequest,
): UnitGradients {
  const { x, weights, geometry, epsilon, shortcut } = unit;
  const [convolved, ...normSaved] = saved;
  if (convolved === undefined) throw new Error('the unit saved nothing');
  const images = engine.materialize(x);
  const dsum = engine.reluGradient(dy, output.values);
  const norm = engine.batchNormGradient(dsum, convolved, weights.scale, normSaved, epsilon);
  if (shortcut === undefined) dsum.dispose();
  const dx = input.needed ? engine.conv2dInputGradient(norm.x, weights.kernel, images, geometry) : undefined;
  const kernel = engine.conv2dKernelGradient(norm.x, weights.kernel, images, geometry);
  norm.x.dispose();
  return {
    x: dx && input.addend ? replace(dx, tf.add(dx, input.addend)) : dx,
    kernel,
    bias: weights.bias && tf.zerosLike(weights.bias),
    scale: norm.scale,
    offset: norm.offset,
    shortcut: shortcut && dsum,
  };
}

export function composeInferredUnit(
  engine: UnitParts,
  unit: Unit,
  statistics: { readonly mean: Tensor; readonly variance: Tensor },
): FeatureTensors {
  const { scale, offset } = unit.weights;
  const convolved = convolve(engine, unit);
  const normalized = engine.normalize(convolved, { scale, offset, ...statistics }, unit.epsilon);
  return { values: activate(engine, replace(convolved, normalized), unit.shortcut) };
}

function convolve(engine: UnitParts, { x, weights, geometry }: Unit): Tensor {
  const convolved = engine.conv2d(engine.materialize(x), weights.kernel, geometry);
  return weights.bias ? replace(convolved, engine.biasAdd(convolved, weights.bias)) : convolved;
}

/** relu(x + shortcut); x is used up. */
function activate(engine: UnitParts, x: Tensor, shortcut: Tensor | undefined): Tensor {
  const sum = shortcut ? replace(x, tf.add(x, shortcut)) : x;
  return replace(sum, engine.relu(sum));
}

function replace(old: Tensor, replacement: Tensor): Tensor {
  old.dispose();
  return replacement;
}
