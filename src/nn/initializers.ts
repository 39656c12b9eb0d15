import { randomNormal, randomUniform } from 'd3-random';

/** Uniform in [0, 1). */
export type RandomSource = () => number;

/** Starting values of a tensor of a given number of elements. */
export type Initializer = (size: number, random: RandomSource) => Float32Array;

/** Normal with mean 0 and the given standard deviation. */
export function normal(std: number): Initializer {
  return (size, random) => {
    const sample = randomNormal.source(random)(0, std);
    return Float32Array.from({ length: size }, sample);
  };
}

/** Normal with mean 0 and the given standard deviation, drawn anew where it is more than two of these from 0. */
export function truncatedNormal(std: number): Initializer {
  return (size, random) => {
    const sample = randomNormal.source(random)(0, std);
    return Float32Array.from({ length: size }, () => {
      let value = sample();
      while (Math.abs(value) > 2 * std) value = sample();
      return value;
    });
  };
}

/**
 * Normal with standard deviation √(2 / fan): keeps the variance of ReLU activations (fan-in) or gradients
 * (fan-out) from layer to layer (He et al. 2015, arXiv 1502.01852).
 */
export function kaimingNormal(fan: number): Initializer {
  return normal(Math.sqrt(2 / fan));
}

/** Uniform in [−bound, bound). */
export function uniform(bound: number): Initializer {
  return (size, random) => {
    const sample = randomUniform.source(random)(-bound, bound);
    return Float32Array.from({ length: size }, sample);
  };
}

export function constant(value: number): Initializer {
  return (size) => new Float32Array(size).fill(value);
}
