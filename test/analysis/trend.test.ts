import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { logSlope, trendOf } from '../../src/analysis/trend.js';
import { expectNear, fixture } from './fixtures.js';

const E = Math.E;
const constant = (epochs: number): number[] => new Array<number>(epochs).fill(0.001);

describe('logSlope', () => {
  it('works out by hand', () => {
    // ln σ is 0, 1, 3 at −1, 0, 1 from the middle: (3 − 0) / 2.
    expectNear(logSlope([1, E, E ** 3], constant(3)), 1.5);
    // 2, 0, 1, 1 at −1.5, −0.5, 0.5, 1.5: (−3 + 0 + 0.5 + 1.5) / 5.
    expectNear(logSlope([E ** 2, 1, E, E], constant(4)), -0.2);
  });

  it('is that of a steady fall, whatever it begins with', () => {
    expectNear(
      logSlope(
        Array.from({ length: 100 }, (_, epoch) => 7 * Math.exp(-0.008 * epoch)),
        constant(100),
      ),
      -0.008,
    );
  });

  it('is that of linregress in SciPy', () => {
    const cases = fixture('slopes', z.array(z.object({ sigmas: z.array(z.number()), slope: z.number() })));
    expect(cases).toHaveLength(6);
    for (const { sigmas, slope } of cases)
      expectNear(logSlope(sigmas, constant(sigmas.length)), slope, 1e-12);
  });

  it('leaves out the warm-up, and nothing after it', () => {
    expectNear(logSlope([100, 50, 1, E, E ** 3], [0.5, 1, 1, 1, 0.1]), 1.5);
  });

  it('says nothing of fewer than three epochs, or of gradients that vanished', () => {
    expect(logSlope([], [])).toBeUndefined();
    expect(logSlope([1, 2], constant(2))).toBeUndefined();
    expect(logSlope([1, 2, 3, 4], [0.5, 1, 1, 1])).toBeUndefined();
    expect(logSlope([1, 0, 2], constant(3))).toBeUndefined();
    expect(logSlope([1, 0, 0], constant(3))).toBeUndefined();
    expect(logSlope([1, Number.NaN, 2], constant(3))).toBeUndefined();
    expect(logSlope([1, Infinity, 2], constant(3))).toBeUndefined();
  });

  it('changes with the direction and the power of σ, and not with its unit', () => {
    const curves = fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 3, maxLength: 30 });
    fc.assert(
      fc.property(curves, fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (sigmas, unit) => {
        const rates = constant(sigmas.length);
        const slope = logSlope(sigmas, rates) ?? Number.NaN;
        const same = (other: readonly number[], expected: number): void => {
          expectNear(logSlope(other, rates), expected, 1e-9);
        };
        same([...sigmas].reverse(), -slope);
        same(
          sigmas.map((sigma) => sigma ** 2),
          2 * slope,
        );
        same(
          sigmas.map((sigma) => unit * sigma),
          slope,
        );
      }),
    );
  });
});

describe('trendOf', () => {
  const slopes = (...values: number[]) => new Map(values.map((value, index) => [index + 1, value]));

  it('has the mean slope with an interval over seeds', () => {
    // s = √0.5, s / √2 = 0.5; t of .975 and one degree of freedom is 12.7062.
    const { mean, estimate } = trendOf(slopes(1.5, 0.5));
    expect(mean).toBe(1);
    expect(estimate).toMatchObject({ value: 1, degreesOfFreedom: 1 });
    expectNear(estimate?.interval95.low, 1 - 6.3531, 1e-5);
    expectNear(estimate?.interval95.high, 1 + 6.3531, 1e-5);
  });

  it('has no interval of one seed, nor of seeds that are the same', () => {
    expect(trendOf(slopes(1.5))).toMatchObject({ mean: 1.5, estimate: undefined });
    expect(trendOf(slopes(1.5, 1.5))).toMatchObject({ mean: 1.5, estimate: undefined });
    expect(trendOf(slopes())).toMatchObject({ mean: undefined, estimate: undefined });
  });
});
