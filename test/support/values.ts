import { normal } from '../../src/nn/initializers.js';
import type { Engine, Tensor } from '../../src/tensor/engine.js';
import type { HostTensor } from '../../src/train/safetensors.js';
import { randomStream } from '../../src/train/random.js';

/** Normally distributed values that depend on the seed alone. */
export function randomTensor(seed: number, shape: readonly number[], std = 1): HostTensor {
  return { shape, data: normal(std)(sizeOf(shape), randomStream(seed, 'initialization')) };
}

/** The numbers 1, 2, 3, … less half their count, times `spacing`, in random order: all differ, and none is near another. */
export function spacedTensor(seed: number, shape: readonly number[], spacing = 0.1): HostTensor {
  const random = randomStream(seed, 'shuffle');
  const size = sizeOf(shape);
  const keys = Float64Array.from({ length: size }, random);
  const order = Array.from(keys.keys()).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  return { shape, data: Float32Array.from(order, (rank) => (rank + 0.5 - size / 2) * spacing) };
}

/** Normally distributed values, each moved away from 0 by `distance`: no ReLU of them is near its kink. */
export function farFromZero(seed: number, shape: readonly number[], distance: number): HostTensor {
  const { data } = randomTensor(seed, shape);
  return { shape, data: data.map((value) => value + (value < 0 ? -distance : distance)) };
}

/** Each row of so many columns made a probability distribution: absolute values over their sum. */
export function distributions(values: Float32Array, columns: number): Float32Array {
  return values.map((value, index) => {
    const start = index - (index % columns);
    const row = values.subarray(start, start + columns);
    return Math.abs(value) / row.reduce((sum, element) => sum + Math.abs(element), 0);
  });
}

/** The numbers as a tensor, in row order. */
export function tensorOf(engine: Engine, shape: readonly number[], ...values: readonly number[]): Tensor {
  return engine.tensor(Float32Array.from(values), shape);
}

/** Images of 16 channels, a vector of the kernels, that are all alike: each pixel's number, channel after channel. */
export function alikeChannels(engine: Engine, shape: readonly number[], pixels: readonly number[]): Tensor {
  return tensorOf(engine, [...shape, 16], ...everyChannel(pixels));
}

/** Each pixel's number, once for each of 16 channels. */
export function everyChannel(pixels: readonly number[]): number[] {
  return pixels.flatMap((value) => Array<number>(16).fill(value));
}

/** A host tensor on the device. */
export function upload(engine: Engine, { data, shape }: HostTensor): Tensor {
  return engine.tensor(data, shape);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
