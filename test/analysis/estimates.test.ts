import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { intervalOf, pValueOf, tStatistic, type Estimate } from '../../src/analysis/estimate.js';
import { pairedEstimate } from '../../src/analysis/paired.js';
import { welchEstimate } from '../../src/analysis/welch.js';
import { expectNear, fixture } from './fixtures.js';
import { cases, darwin, pairsOf, pairsWith, sleep, testSchema } from './two-samples.js';

const unequal = fixture(
  'unequal-samples',
  z.array(z.object({ a: z.array(z.number()), b: z.array(z.number()), welch: testSchema })),
);

function expectTest(estimate: Estimate | undefined, expected: z.output<typeof testSchema>): void {
  if (estimate === undefined) throw new Error('no estimate');
  expectNear(tStatistic(estimate), expected.t);
  expectNear(estimate.degreesOfFreedom, expected.degreesOfFreedom);
  expectNear(pValueOf(estimate), expected.p);
  for (const [level, [low, high]] of [
    [0.95, expected.interval95],
    [0.9, expected.interval90],
  ] as const) {
    const interval = intervalOf(estimate, level);
    expectNear(interval.low, low);
    expectNear(interval.high, high);
  }
}

function known(estimate: Estimate | undefined): Estimate {
  if (estimate === undefined) throw new Error('no estimate');
  return estimate;
}

describe('pairedEstimate', () => {
  it('is what SciPy has', () => {
    for (const { a, b, paired } of cases) expectTest(pairedEstimate(pairsOf(a, b)), paired);
  });

  it('works out by hand', () => {
    // Differences 1, 2, 3: mean 2, std 1, standard error 1/√3, t = 2√3 with 2 degrees of freedom.
    const estimate = known(pairedEstimate(pairsOf([3, 6, 9], [2, 4, 6])));
    expect(estimate).toEqual({ value: 2, standardError: 1 / Math.sqrt(3), degreesOfFreedom: 2 });
    // P(T ≤ −t) = ½ − t / (2 √(2 + t²)); t² = 12: p = 1 − √(12/14).
    expectNear(pValueOf(estimate), 1 - Math.sqrt(12 / 14), 1e-14);
    // 4.302653 / √3 = 2.484138.
    const { low, high } = intervalOf(estimate, 0.95);
    expect([low, high].map((bound) => bound.toFixed(6))).toEqual(['-0.484138', '4.484138']);
  });

  it('is what R prints for sleep', () => {
    const estimate = known(pairedEstimate(pairsOf(sleep.first, sleep.second)));
    expect(tStatistic(estimate).toFixed(4)).toBe('-4.0621');
    expect(estimate.degreesOfFreedom).toBe(9);
    expect(pValueOf(estimate).toPrecision(4)).toBe('0.002833');
    const { low, high } = intervalOf(estimate, 0.95);
    expect([low.toFixed(7), high.toFixed(7)]).toEqual(['-2.4598858', '-0.7001142']);
  });

  it('is what Fisher has for Darwin’s maize', () => {
    expect(tStatistic(known(pairedEstimate(pairsWith(darwin)))).toFixed(3)).toBe('2.148');
  });

  it('says nothing of one pair, of none, of differences that do not vary, or of what is no number', () => {
    expect(pairedEstimate([])).toBeUndefined();
    expect(pairedEstimate(pairsOf([0.7], [0.6]))).toBeUndefined();
    expect(pairedEstimate(pairsOf([0.5, 0.5], [0.5, 0.5]))).toBeUndefined();
    // 0.3 − 0.2 and 0.2 − 0.1 differ by 3e-17.
    expect(pairedEstimate(pairsOf([0.3, 0.2], [0.2, 0.1]))).toBeUndefined();
    expect(pairedEstimate(pairsOf([12, Infinity, 9], [10, 11, 8]))).toBeUndefined();
    expect(pairedEstimate(pairsOf([12, Number.NaN, 9], [10, 11, 8]))).toBeUndefined();
  });
});

describe('welchEstimate', () => {
  it('is what SciPy has', () => {
    for (const { a, b, welch } of [...cases, ...unequal]) expectTest(welchEstimate(a, b), welch);
  });

  it('works out by hand', () => {
    // Variances 1 and 4, of three values each: 1/3 + 4/3 = 5/3; ν = (5/3)² / ((1/9) / 2 + (16/9) / 2) = 50/17.
    const estimate = known(welchEstimate([1, 2, 3], [2, 4, 6]));
    expectNear(estimate.value, -2);
    expectNear(estimate.standardError, Math.sqrt(5 / 3));
    expectNear(estimate.degreesOfFreedom, 50 / 17);
  });

  it('is what R prints for sleep', () => {
    const estimate = known(welchEstimate(sleep.first, sleep.second));
    expect(tStatistic(estimate).toFixed(4)).toBe('-1.8608');
    expect(estimate.degreesOfFreedom.toFixed(3)).toBe('17.776');
    expect(pValueOf(estimate).toFixed(5)).toBe('0.07939');
    const { low, high } = intervalOf(estimate, 0.95);
    expect([low.toFixed(7), high.toFixed(7)]).toEqual(['-3.3654832', '0.2054832']);
  });

  it('says nothing without a spread to go by', () => {
    expect(welchEstimate([1], [2, 3])).toBeUndefined();
    expect(welchEstimate([1, 2], [3])).toBeUndefined();
    expect(welchEstimate([1, 1], [2, 2])).toBeUndefined();
    expect(welchEstimate([1, Infinity], [2, 3])).toBeUndefined();
  });

  it('goes by the one that varies', () => {
    // Variances 0 and 2 of two values: √1, one degree of freedom.
    expect(welchEstimate([1, 1], [2, 4])).toEqual({ value: -2, standardError: 1, degreesOfFreedom: 1 });
  });
});
