import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { constant, kaimingNormal, normal, truncatedNormal, uniform } from '../../src/nn/initializers.js';
import type { Initializer } from '../../src/nn/initializers.js';
import { randomStream } from '../../src/train/random.js';

const SIZE = 40_000;

/** Mean, standard deviation and kurtosis (3 for a normal distribution, 1.8 for a uniform one) of many samples. */
function sample(initialize: Initializer, seed = 42) {
  const values = initialize(SIZE, randomStream(seed, 'initialization'));
  const moment = (center: number, power: number) =>
    values.reduce((sum, value) => sum + (value - center) ** power, 0) / SIZE;
  const mean = moment(0, 1);
  const variance = moment(mean, 2);
  return { values, mean, std: Math.sqrt(variance), kurtosis: moment(mean, 4) / variance ** 2 };
}

describe('initializers', () => {
  // The bounds are five standard errors of 40,000 samples.
  it('normal has the given standard deviation around 0', () => {
    const { mean, std, kurtosis } = sample(normal(0.01));
    expect(Math.abs(mean)).toBeLessThan((5 * 0.01) / Math.sqrt(SIZE));
    expect(Math.abs(std / 0.01 - 1)).toBeLessThan(5 / Math.sqrt(2 * SIZE));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(5 * Math.sqrt(24 / SIZE));
  });

  it('kaimingNormal has the standard deviation √(2 / fan)', () => {
    // A 3 × 3 convolution of 16 channels: √(2 / 144) = 0.11785.
    const { mean, std } = sample(kaimingNormal(9 * 16));
    expect(Math.abs(mean)).toBeLessThan((5 * 0.11785) / Math.sqrt(SIZE));
    expect(Math.abs(std / 0.11785 - 1)).toBeLessThan(5 / Math.sqrt(2 * SIZE));
  });

  it('truncatedNormal has nothing beyond two standard deviations, and is normal within', () => {
    const { values, mean, std } = sample(truncatedNormal(0.02));
    expect(values.every((value) => Math.abs(value) <= Math.fround(0.04))).toBe(true);
    expect(values.some((value) => Math.abs(value) > 0.0399)).toBe(true);
    // √(1 − 4 φ(2) / (Φ(2) − Φ(−2))) = 0.87963
    expect(Math.abs(mean)).toBeLessThan((5 * 0.0176) / Math.sqrt(SIZE));
    expect(Math.abs(std / (0.87963 * 0.02) - 1)).toBeLessThan(5 / Math.sqrt(2 * SIZE));
    // Φ(1) − Φ(−1) = 0.68269 of a normal distribution, over the 0.95450 that are left.
    const within = values.filter((value) => Math.abs(value) <= 0.02).length / SIZE;
    expect(Math.abs(within - 0.71523)).toBeLessThan(5 * Math.sqrt((0.715 * 0.285) / SIZE));
  });

  it('uniform fills [−bound, bound) evenly', () => {
    const { values, mean, std, kurtosis } = sample(uniform(0.125));
    expect(values.every((value) => value >= -0.125 && value < 0.125)).toBe(true);
    expect(Math.abs(mean)).toBeLessThan((5 * 0.0722) / Math.sqrt(SIZE));
    // bound / √3
    expect(std).toBeCloseTo(0.0722, 3);
    expect(kurtosis).toBeCloseTo(1.8, 1);
  });

  it('constant is the same everywhere', () => {
    expect(constant(1)(3, Math.random)).toEqual(Float32Array.of(1, 1, 1));
  });

  it.each([
    ['normal', normal(1)],
    ['kaimingNormal', kaimingNormal(9)],
    ['truncatedNormal', truncatedNormal(1)],
    ['uniform', uniform(1)],
  ] as const)('%s depends on the random stream alone', (_, initialize) => {
    const values = (seed: number) => initialize(11, randomStream(seed, 'initialization', 'a'));
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(values(seed)).toEqual(values(seed));
        expect(values(seed)).not.toEqual(values(seed + 1));
      }),
    );
  });
});
