import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { correlationOf } from '../../src/analysis/correlation.js';
import { hedgesG } from '../../src/analysis/effect-size.js';
import { holm } from '../../src/analysis/holm.js';
import { pairBySeed } from '../../src/analysis/pairs.js';
import { pairedEstimate } from '../../src/analysis/paired.js';
import { probabilityOfSuperiority } from '../../src/analysis/superiority.js';
import { expectNear, fixture } from './fixtures.js';
import { cases, pairsOf, pairsWith } from './two-samples.js';

const families = fixture(
  'holm',
  z.array(z.object({ raw: z.array(z.number()), adjusted: z.array(z.number()) })),
);

describe('pairBySeed', () => {
  it('pairs what both have, by seed and not by place', () => {
    const a = new Map([
      [62, 5],
      [42, 3],
      [52, 9],
    ]);
    const b = new Map([
      [42, 1],
      [72, 8],
      [62, 1],
    ]);
    expect(pairBySeed(a, b)).toEqual([
      { seed: 42, a: 3, b: 1, difference: 2 },
      { seed: 62, a: 5, b: 1, difference: 4 },
    ]);
  });
});

describe('holm', () => {
  it('works out by hand', () => {
    // 0.01 · 4 = 0.04; 0.02 · 3 = 0.06; 0.03 · 2 = 0.06; 0.04 · 1 = 0.04, which may not fall below 0.06.
    expect(holm([0.04, 0.01, 0.03, 0.02])).toEqual([0.06, 0.04, 0.06, 0.06]);
    expect(holm([0.7, 0.6])).toEqual([1, 1]);
    expect(holm([0.3])).toEqual([0.3]);
    expect(holm([])).toEqual([]);
  });

  it('is what statsmodels has', () => {
    for (const { raw, adjusted } of families) {
      for (const [index, p] of holm(raw).entries()) expectNear(p, adjusted[index] ?? Number.NaN, 1e-14);
    }
  });
});

describe('correlationOf', () => {
  it('works out by hand', () => {
    // Deviations −1, 0, 1 and −1, 1, 0: products 1, over 2 · 1 · 1.
    expectNear(correlationOf(pairsOf([1, 2, 3], [5, 7, 6])), 0.5);
    expectNear(correlationOf(pairsOf([1, 2, 3], [8, 6, 4])), -1);
  });

  it('is what SciPy has', () => {
    for (const { a, b, correlation } of cases.slice(1)) expectNear(correlationOf(pairsOf(a, b)), correlation);
  });

  it('says nothing of two pairs, or where a side does not vary', () => {
    expect(correlationOf(pairsOf([1, 2], [3, 5]))).toBeUndefined();
    expect(correlationOf(pairsOf([1, 1, 1], [3, 5, 4]))).toBeUndefined();
    expect(correlationOf(pairsOf([3, 5, 4], [1, 1, 1]))).toBeUndefined();
  });
});

describe('hedgesG', () => {
  const g = (differences: readonly number[]) => {
    const estimate = pairedEstimate(pairsWith(differences));
    return estimate && hedgesG(estimate);
  };

  it('works out by hand', () => {
    // Mean 2, std 1, 1 − 3 / (4 · 2 − 1) = 4/7.
    expectNear(g([1, 2, 3]), 8 / 7);
    // Mean 1, squares 1 + 1 + 1 + 1 + 4 + 4, std √(12/5); 1 − 3/19.
    expectNear(g([0, 2, 0, 2, 3, -1]), (16 / 19) * Math.sqrt(5 / 12));
  });

  it('is not there for two pairs', () => {
    expect(g([1, 2])).toBeUndefined();
  });
});

describe('probabilityOfSuperiority', () => {
  it('works out by hand', () => {
    // 3 beats 1 and 2 and ties with 3; 2 beats 1 and ties with 2: (2.5 + 1.5) of 6.
    expectNear(probabilityOfSuperiority([3, 2], [1, 2, 3]), 4 / 6);
    expect(probabilityOfSuperiority([1], [2])).toBe(0);
  });

  it('is what SciPy has', () => {
    for (const { a, b, superiority } of cases) expectNear(probabilityOfSuperiority(a, b), superiority);
  });

  it('compares seeds that never reached a target', () => {
    // ∞ beats 10 and ties with ∞: 1.5 of 2.
    expect(probabilityOfSuperiority([Infinity], [10, Infinity])).toBe(0.75);
  });

  it('says nothing of nobody', () => {
    expect(probabilityOfSuperiority([], [1])).toBeUndefined();
    expect(probabilityOfSuperiority([1], [])).toBeUndefined();
  });
});
