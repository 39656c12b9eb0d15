import { describe, expect, it } from 'vitest';
import { equivalencePValue, isEquivalent } from '../../src/analysis/equivalence.js';
import { pairedEstimate } from '../../src/analysis/paired.js';
import { verdictOf } from '../../src/analysis/verdict.js';
import { expectNear } from './fixtures.js';
import { cases, margin, pairsOf, pairsWith } from './two-samples.js';

describe('equivalence', () => {
  // Mean 2, standard error 1/√3, two degrees of freedom: 2 ± 2.919986 · 0.577350, [0.314146, 3.685854].
  const estimate = pairedEstimate(pairsWith([1, 2, 3]));
  if (estimate === undefined) throw new Error('no estimate');

  it('is of the 90 % interval', () => {
    expect(isEquivalent(estimate, 3.686)).toBe(true);
    expect(isEquivalent(estimate, 3.685)).toBe(false);
    expect(isEquivalent({ ...estimate, value: -2 }, 3.686)).toBe(true);
    expect(isEquivalent({ ...estimate, value: -2 }, 3.685)).toBe(false);
  });

  it('has p = 0.05 where the interval touches the margin', () => {
    expect(equivalencePValue(estimate, 3.685854)).toBeCloseTo(0.05, 6);
    expect(equivalencePValue({ ...estimate, value: -2 }, 3.685854)).toBeCloseTo(0.05, 6);
    // The mean on the margin: half.
    expectNear(equivalencePValue(estimate, 2), 0.5);
  });

  it('is what statsmodels has', () => {
    for (const { a, b, equivalence } of cases) {
      const each = pairedEstimate(pairsOf(a, b));
      expectNear(each && equivalencePValue(each, margin), equivalence);
      expect(each && isEquivalent(each, margin)).toBe(equivalence < 0.05);
    }
  });
});

describe('verdictOf', () => {
  const degreesOfFreedom = 9;
  const rule = { better: 'higher', margin: 0.005 } as const;

  it.each([
    // t_{.975, 9} = 2.262, t_{.95, 9} = 1.833
    { value: 0.0227, standardError: 0.01, verdict: 'better' },
    { value: 0.0226, standardError: 0.01, verdict: 'inconclusive' },
    { value: -0.0227, standardError: 0.01, verdict: 'worse' },
    { value: -0.0226, standardError: 0.01, verdict: 'inconclusive' },
    // 0.001 + 1.833 · 0.002 = 0.00467; 0.0015 + 1.833 · 0.002 = 0.00517
    { value: 0.001, standardError: 0.002, verdict: 'equivalent' },
    { value: 0.0015, standardError: 0.002, verdict: 'inconclusive' },
    { value: -0.001, standardError: 0.002, verdict: 'equivalent' },
    // Told from 0, and small: 0.003 ± 0.0018.
    { value: 0.003, standardError: 0.001, verdict: 'better' },
  ])('is $verdict for $value ± $standardError', ({ value, standardError, verdict }) => {
    expect(verdictOf({ value, standardError, degreesOfFreedom }, rule)).toBe(verdict);
  });

  it('knows which direction is the better one', () => {
    const estimate = { value: 3, standardError: 0.5, degreesOfFreedom };
    expect(verdictOf(estimate, { better: 'lower', margin: undefined })).toBe('worse');
    expect(verdictOf({ ...estimate, value: -3 }, { better: 'lower', margin: undefined })).toBe('better');
  });

  it('goes by the adjusted p-value where there is one', () => {
    const estimate = { value: 0.025, standardError: 0.01, degreesOfFreedom };
    expect(verdictOf(estimate, rule)).toBe('better');
    expect(verdictOf(estimate, { ...rule, pValue: 0.049 })).toBe('better');
    expect(verdictOf(estimate, { ...rule, pValue: 0.05 })).toBe('inconclusive');
  });

  it('finds nothing equivalent without a margin', () => {
    expect(
      verdictOf({ value: 0, standardError: 1e-6, degreesOfFreedom }, { ...rule, margin: undefined }),
    ).toBe('inconclusive');
  });

  it('has none without an estimate', () => {
    expect(verdictOf(pairedEstimate(pairsWith([0.1])), rule)).toBeUndefined();
  });
});
