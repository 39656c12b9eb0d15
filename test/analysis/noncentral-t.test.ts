import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { noncentralTCdf } from '../../src/analysis/noncentral-t.js';
import { studentTCdf } from '../../src/analysis/student-t.js';
import { expectNear, fixture } from './fixtures.js';

const scipy = fixture('noncentral-t', z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])));

describe('noncentralTCdf', () => {
  it('is what SciPy has', () => {
    for (const [t, df, delta, expected] of scipy) expectNear(noncentralTCdf(t, df, delta), expected, 1e-11);
  });

  it('is Student’s t for a noncentrality of 0', () => {
    for (const t of [-3, -0.5, 0, 1, 4]) expectNear(noncentralTCdf(t, 4, 0), studentTCdf(t, 4), 1e-14);
  });

  it('is Φ(−δ) at 0, whatever the degrees of freedom', () => {
    // T ≤ 0 just when Z ≤ −δ; Φ(−1) = 0.158655….
    for (const df of [1, 2.5, 40]) expectNear(noncentralTCdf(0, df, 1), 0.158655253931457, 1e-14);
  });

  it('refuses a noncentrality for which its terms vanish', () => {
    expect(noncentralTCdf(30, 5, 37)).toBeGreaterThan(0);
    expect(() => noncentralTCdf(30, 5, 38)).toThrow(RangeError);
    expect(() => noncentralTCdf(30, 5, Number.NaN)).toThrow(RangeError);
  });
});
