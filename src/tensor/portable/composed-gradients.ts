import * as tf from '@tensorflow/tfjs-core';

import type { AdamStep, AdamTensors, Packed, PackOptions, Tensor, TensorMoments } from '../engine.js';
import { requireOneSize } from '../gradient-operations.js';
import type { Parts } from './parts.js';

type MomentsPart = Pick<Parts, 'moments'>;

/** Moments of each tensor, one after the other. */
export function composeTensorMoments(engine: MomentsPart, tensors: readonly Tensor[]): TensorMoments {
  if (tensors.length === 0) return { means: tf.zeros([0]), variances: tf.zeros([0]), std: tf.scalar(0) };
  const scales = magnitudes(tensors);
  const scaled = tensors.map((tensor, index) =>
    engine.moments(tf.div(tensor, tf.slice(scales, [index], [1]))),
  );
  const variances = tf.stack(scaled.map(({ variance }) => variance));
  const elements = tensors.reduce((sum, { size }) => sum + size, 0);
  const shares = tf.tensor1d(tensors.map(({ size }) => size / elements));
  const largest = tf.max(scales);
  const squares = tf.mul(variances, tf.square(tf.div(scales, largest)));
  return {
    means: tf.mul(tf.stack(scaled.map(({ mean }) => mean)), scales),
    variances: tf.mul(tf.mul(variances, scales), scales),
    std: tf.mul(tf.sqrt(tf.sum(tf.mul(squares, shares))), largest),
  };
}

/**
 * For each tensor the power of two just below its largest absolute value, [tensors]. Divided by it, gradients of any
 * size can be squared and summed in float32, and since it is a power of two nothing is rounded on the way there and
 * back. Each tensor has its own, so that neither a large nor a broken one spoils what is measured of another.
 */
function magnitudes(tensors: readonly Tensor[]): Tensor {
  const largest = tf.stack(tensors.map((tensor) => tf.max(tf.abs(tensor))));
  const powers = tf.floor(tf.div(tf.log(largest), Math.LN2));
  // 2^−126 is the smallest number with all its digits, and stands for 0 too; 2^127 could be rounded up to infinity.
  return tf.pow(2, tf.clipByValue(powers, -126, 126));
}

/** Whether as much is said as there are tensors. */
export function checkPacking(tensors: readonly Tensor[], { measured, scaling }: PackOptions): void {
  const own = measured.filter(Boolean).length;
  if (measured.length !== tensors.length) throw new Error('not every tensor is told whether it is measured');
  if (scaling && (scaling.shifts.size !== own || scaling.factors.size !== own || scaling.others.size !== 1))
    throw new Error('there is not one scaling for each measured tensor and one for the others');
}

/** Scales and packs, tensor by tensor. */
export function composePack(engine: MomentsPart, tensors: readonly Tensor[], options: PackOptions): Packed {
  checkPacking(tensors, options);
  const { measured, scaling } = options;
  const shifts = scaling && unstack(scaling.shifts);
  const factors = scaling && unstack(scaling.factors);
  let index = 0;
  const scaled = tensors.map((tensor, position) => {
    if (measured[position] !== true) return scaling ? tf.mul(tensor, scaling.others) : tensor;
    const [shift, factor] = [shifts?.[index], factors?.[index]];
    index++;
    return shift && factor ? tf.mul(tf.sub(tensor, shift), factor) : tensor;
  });
  const flat = tf.concat(scaled.map((tensor) => tf.reshape(tensor, [tensor.size])));
  const moments = scaled
    .filter((_, position) => measured[position] === true)
    .map((tensor) => engine.moments(tensor));
  return {
    flat,
    means: stack(moments.map(({ mean }) => mean)),
    variances: stack(moments.map(({ variance }) => variance)),
    // 0 · x is 0 for every finite x and NaN otherwise, whatever the size of x.
    check: tf.sum(tf.mul(flat, 0)),
  };
}

function stack(scalars: Tensor[]): Tensor {
  return scalars.length === 0 ? tf.zeros([0]) : tf.stack(scalars);
}

function unstack(vector: Tensor): Tensor[] {
  return vector.size === 0 ? [] : tf.unstack(vector);
}

/** Adam's step, operation by operation. */
export function composeAdam(tensors: AdamTensors, step: AdamStep): AdamTensors {
  requireOneSize(tensors);
  const { gradient, first, second, parameters } = tensors;
  const { decay, beta1, beta2, correction, epsilon, rate } = step;
  const newFirst = tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1));
  const newSecond = tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const denominator = tf.add(tf.div(tf.sqrt(newSecond), correction), epsilon);
  const change = tf.mul(tf.div(newFirst, denominator), rate);
  const decayed = decay === 1 ? parameters : tf.mul(parameters, decay);
  const newParameters = tf.sub(decayed, change);
  for (const old of [first, second, parameters]) old.dispose();
  return { gradient, first: newFirst, second: newSecond, parameters: newParameters };
}
