import { describe, expect, it } from 'vitest';
import { pairedEstimate } from '../../src/analysis/paired.js';
import { contributionsOfSeeds, pooledEstimate } from '../../src/analysis/pooled.js';
import { signFlipPValue } from '../../src/analysis/sign-flip.js';
import { expectNear } from './fixtures.js';
import { pairsWith } from './two-samples.js';

describe('pooledEstimate', () => {
  it('works out by hand', () => {
    // Means 2 and 4, squared errors 1/3 and 4/3: D = 3, SE² = (5/3) / 4, ν = (5/3)² / ((1/9) / 2 + (16/9) / 4) = 50/9.
    const pooled = pooledEstimate([
      { value: 2, standardError: Math.sqrt(1 / 3), degreesOfFreedom: 2 },
      { value: 4, standardError: Math.sqrt(4 / 3), degreesOfFreedom: 4 },
    ]);
    expectNear(pooled?.value, 3);
    expectNear(pooled?.standardError, Math.sqrt(5 / 12));
    expectNear(pooled?.degreesOfFreedom, 50 / 9);
  });

  it('is the estimate itself for one architecture, and nothing for none', () => {
    const estimate = pairedEstimate(pairsWith([1, 2, 4, 3]));
    if (estimate === undefined) throw new Error('no estimate');
    const pooled = pooledEstimate([estimate]);
    expectNear(pooled?.value, estimate.value);
    expectNear(pooled?.standardError, estimate.standardError);
    expectNear(pooled?.degreesOfFreedom, 3);
    expect(pooledEstimate([])).toBeUndefined();
  });
});

describe('contributionsOfSeeds', () => {
  it('adds up what a seed did in all architectures', () => {
    // The first has the seeds 1 to 3, the second 1 and 2: d / (2 · 3) and d / (2 · 2).
    const parts = contributionsOfSeeds([pairsWith([6, 12, 18]), pairsWith([4, -8])]);
    expect(parts).toEqual([1 + 1, 2 - 2, 3]);
    // D = (12 − 2) / 2.
    expectNear(
      parts.reduce((sum, part) => sum + part, 0),
      5,
    );
  });

  it('flips whole seeds', () => {
    // Two architectures that a seed moves alike are one piece of evidence for each seed, not two.
    const [a, b] = [pairsWith([1, 2, 3]), pairsWith([3, 2, 1])];
    expect(signFlipPValue(contributionsOfSeeds([a, b]))).toBe(0.25);
  });
});
