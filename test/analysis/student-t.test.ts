import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { studentTCdf, studentTQuantile } from '../../src/analysis/student-t.js';
import { expectNear, expectRelative, fixture } from './fixtures.js';

const row = z.tuple([z.number(), z.number(), z.number()]);
const scipy = fixture('student-t', z.object({ cdf: z.array(row), quantile: z.array(row) }));

describe('studentTCdf', () => {
  it('is what SciPy has, far into the tails', () => {
    for (const [t, df, expected] of scipy.cdf) expectRelative(studentTCdf(t, df), expected, 1e-11);
  });

  it('is the Cauchy distribution for one degree of freedom', () => {
    // ½ + arctan(t) / π.
    expectNear(studentTCdf(1, 1), 0.75, 1e-15);
    for (const t of [-50, -0.3, 1e-9, 0.9, 7])
      expectNear(studentTCdf(t, 1), 0.5 + Math.atan(t) / Math.PI, 1e-15);
  });

  it('has a closed form for two', () => {
    // ½ + t / (2 √(2 + t²)): for t = √2, ½ + √2 / 4.
    expectNear(studentTCdf(Math.SQRT2, 2), 0.5 + Math.SQRT2 / 4, 1e-15);
  });
});

describe('studentTQuantile', () => {
  it('is what SciPy has', () => {
    for (const [p, df, expected] of scipy.quantile) expectRelative(studentTQuantile(p, df), expected, 1e-9);
  });

  it('is what tables have', () => {
    // Abramowitz and Stegun, table 26.10.
    const table = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
    for (const [index, expected] of table.entries()) {
      expect(studentTQuantile(0.975, index + 1)).toBeCloseTo(expected, 3);
    }
    expect(studentTQuantile(0.975, 2)).toBeCloseTo(4.30265, 5);
  });

  it('refuses what is no probability, and what it does not know', () => {
    for (const p of [0, 1, -0.5, 1e-7, 1 - 1e-7, Number.NaN])
      expect(() => studentTQuantile(p, 3)).toThrow(RangeError);
  });
});
