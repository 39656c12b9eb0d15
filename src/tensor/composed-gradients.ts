import * as tf from '@tensorflow/tfjs-core';

import type { AdamStep, AdamTensors, Engine, Packed, PackOptions, Tensor, TensorMoments } from './engine.js';

type Parts = Pick<Engine, 'moments'>;

/** Moments of each tensor, one after the other. */
export function composeTensorMoments(engine: Parts, tensors: readonly Tensor[]): TensorMoments {
  if (tensors.length === 0) return { means: tf.zeros([0]), variances: tf.zeros([0]), std: tf.scalar(0) };
  const elements = tensors.reduce((sum, { size }) => sum + size, 0);
  const scale = magnitude(tensors);
  const scaled = tensors.map((tensor) => ({ size: tensor.size, ...engine.moments(tf.div(tensor, scale)) }));
  const squares = scaled.map(({ variance, size }) => tf.mul(variance, size / elements));
  return {
    means: tf.mul(tf.stack(scaled.map(({ mean }) => mean)), scale),
    variances: tf.mul(tf.mul(tf.stack(scaled.map(({ variance }) => variance)), scale), scale),
    std: tf.mul(tf.sqrt(tf.sum(tf.stack(squares))), scale),
  };
}

/**
 * The power of two just below the largest absolute value. Divided by it, gradients of any size can be squared and
 * summed in float32, and since it is a power of two nothing is rounded on the way there and back.
 */
function magnitude(tensors: readonly Tensor[]): Tensor {
  const largest = tf.max(tf.abs(tf.concat(tensors.map((tensor) => tf.reshape(tensor, [tensor.size])))));
  const power = tf.floor(tf.div(tf.log(largest), Math.LN2));
  // 2^−126 is the smallest number with all its digits, and stands for 0 too; 2^127 could be rounded up to infinity.
  return tf.pow(2, tf.clipByValue(power, -126, 126));
}

/** Scales and packs, tensor by tensor. */
export function composePack(
  engine: Parts,
  tensors: readonly Tensor[],
  { measured, scaling }: PackOptions,
): Packed {
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
  const none = tf.zeros([0]);
  return {
    flat,
    means: moments.length === 0 ? none : tf.stack(moments.map(({ mean }) => mean)),
    variances: moments.length === 0 ? none : tf.stack(moments.map(({ variance }) => variance)),
    // 0 · x is 0 for every finite x and NaN otherwise, whatever the size of x.
    check: tf.sum(tf.mul(flat, 0)),
  };
}

function unstack(vector: Tensor): Tensor[] {
  return vector.size === 0 ? [] : tf.unstack(vector);
}

/** Adam's step, operation by operation. */
export function composeAdam(
  { gradient, first, second, parameters }: AdamTensors,
  step: AdamStep,
): AdamTensors {
  const { decay, beta1, beta2, correction, epsilon, rate } = step;
  const newFirst = tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1));
  const newSecond = tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const denominator = tf.add(tf.div(tf.sqrt(newSecond), correction), epsilon);
  const change = tf.mul(tf.div(newFirst, denominator), rate);
  const decayed = decay === 1 ? parameters : tf.mul(parameters, decay);
  return { gradient, first: newFirst, second: newSecond, parameters: tf.sub(decayed, change) };
}
