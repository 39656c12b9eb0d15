import * as tf from '@tensorflow/tfjs-core';

import type {
  FeatureTensors,
  InputGradientRequest,
  Tensor,
  Unit,
  UnitGradients,
  UnitResult,
} from '../engine.js';
import { convolve, inputGradient, kernelGradient } from './convolve.js';
import { batchNormGradient } from './norm-gradient.js';
import { batchNorm, normalize } from './normalization.js';
import type { Programs } from './program.js';

/** relu(norm(convolution(x) + bias) + shortcut) in three dispatches. Saves the convolution and what batch norm saves. */
export function computeUnit(programs: Programs, unit: Unit): UnitResult {
  const { weights, epsilon, shortcut } = unit;
  const convolved = convolveUnit(programs, unit);
  const { output, ...norm } = batchNorm(programs, convolved, weights, epsilon, { shortcut, relu: true });
  return { ...norm, output: { values: output }, saved: [convolved, ...norm.saved] };
}

/** In five dispatches; where the pixels are few the gradient of the kernel needs one less. */
export function computeUnitGradient(
  programs: Programs,
  dy: Tensor,
  { x: { values: x }, weights, geometry, epsilon, shortcut }: Unit,
  { output, saved: [convolved, ...saved] }: UnitResult,
  input: InputGradientRequest,
): UnitGradients {
  if (convolved === undefined) throw new Error('the unit saved nothing');
  const { kernel, scale, bias } = weights;
  const norm = batchNormGradient(
    programs,
    { dy, y: output.values, x: convolved, scale, saved },
    epsilon,
    shortcut !== undefined,
  );
  const gradients = {
    x: input.needed ? inputGradient(programs, norm.x, kernel, x, geometry, input.addend) : undefined,
    kernel: kernelGradient(programs, norm.x, kernel, x, geometry),
    bias: bias && tf.zerosLike(bias),
    scale: norm.scale,
    offset: norm.offset,
    shortcut: norm.sum,
  };
  norm.x.dispose();
  return gradients;
}

/** A unit with given statistics in two dispatches. */
export function inferUnit(
  programs: Programs,
  unit: Unit,
  statistics: { readonly mean: Tensor; readonly variance: Tensor },
): FeatureTensors {
  const { weights, epsilon, shortcut } = unit;
  const { scale, offset } = weights;
  const convolved = convolveUnit(programs, unit);
  const values = normalize(programs, convolved, { scale, offset, ...statistics }, epsilon, {
    shortcut,
    relu: true,
  });
  convolved.dispose();
  return { values };
}

function convolveUnit(programs: Programs, { x, weights, geometry }: Unit): Tensor {
  return convolve(programs, x.values, weights.kernel, geometry, weights.bias);
}
