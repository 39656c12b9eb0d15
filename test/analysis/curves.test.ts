import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradientNoise } from '../../src/analysis/gradient-noise.js';
import { settledEpochs, settledStretches } from '../../src/analysis/settled.js';
import { excessVariation, largestDrawdown, noiseOf } from '../../src/analysis/smoothness.js';
import { epochsToTarget, secondsToTarget, summarizeTimes } from '../../src/analysis/time-to-target.js';
import { expectNear } from './fixtures.js';

/** The epochs, from 1, that are left out. */
function leftOut(learningRates: readonly number[]): number[] {
  return [...settledEpochs(learningRates).entries()].filter(([, kept]) => !kept).map(([epoch]) => epoch + 1);
}

describe('settledEpochs', () => {
  it('leaves out the warm-up, and the first epoch at each new rate', () => {
    // Warm-up of three epochs, then steps.
    expect(leftOut([1 / 3, 2 / 3, 1, 1, 1, 0.75, 0.75, 0.75, 0.5, 0.5])).toEqual([1, 2, 3, 6, 9]);
  });

  it('finds no warm-up where there is none', () => {
    expect(leftOut([1, 1, 1, 0.1, 0.1])).toEqual([4]);
    expect(leftOut([1, 1, 1])).toEqual([]);
    expect(leftOut([1])).toEqual([]);
    expect(leftOut([])).toEqual([]);
  });

  it('leaves out nothing of a rate that changes all the time', () => {
    const cosine = Array.from({ length: 20 }, (_, epoch) => 0.5 * (1 + Math.cos((Math.PI * epoch) / 20)));
    expect(leftOut(cosine)).toEqual([]);
    expect(leftOut([0.5, 1, ...cosine])).toEqual([1, 2]);
    expect(leftOut([1, 0.9, 0.81, 0.729])).toEqual([]);
  });

  it('leaves out every other epoch where the rate changes in every other', () => {
    expect(leftOut([4, 4, 3, 3, 2, 2, 1, 1])).toEqual([3, 5, 7]);
  });

  it('is all warm-up in a run that ended in it', () => {
    expect(leftOut([1, 2, 3])).toEqual([1, 2, 3]);
  });
});

describe('settledStretches', () => {
  it('cuts a curve where epochs are left out', () => {
    const rates = [0.5, 1, 1, 1, 0.1, 0.1, 0.1];
    expect(settledStretches([10, 20, 30, 40, 50, 60, 70], rates)).toEqual([
      [30, 40],
      [60, 70],
    ]);
    expect(settledStretches([], [])).toEqual([]);
  });
});

describe('noiseOf', () => {
  it('works out by hand', () => {
    // Second differences −2, 2: √(8 / 12).
    expectNear(noiseOf([[0, 1, 0, 1]]), Math.sqrt(8 / 12));
    // Of two stretches −2 and 2, and none across: the same.
    expectNear(
      noiseOf([
        [0, 1, 0],
        [5, 4, 5],
      ]),
      Math.sqrt(8 / 12),
    );
  });

  it('sees no noise in a straight rise, however steep', () => {
    expect(noiseOf([[1, 2, 3, 4]])).toBe(0);
    expectNear(noiseOf([[1, 2, 3, 4].map((value) => 7 * value)]), 0);
  });

  it('needs three epochs together', () => {
    expect(noiseOf([[1, 2]])).toBeUndefined();
    expect(
      noiseOf([
        [1, 2],
        [3, 4],
      ]),
    ).toBeUndefined();
    expect(noiseOf([])).toBeUndefined();
  });
});

describe('excessVariation', () => {
  it('works out by hand', () => {
    // 3 + 1 + 2 up and down, from 0 to 4.
    expectNear(excessVariation([[0, 3, 2, 4]]), 2);
    // Of each stretch: 0 of the rise, 2 of the dip.
    expectNear(
      excessVariation([
        [0, 3],
        [5, 4, 5],
      ]),
      2,
    );
  });

  it('needs two epochs together', () => {
    expect(excessVariation([[1], [2]])).toBeUndefined();
    expect(excessVariation([])).toBeUndefined();
  });

  it('is 0 of what only rises, and never less', () => {
    const curves = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 });
    fc.assert(
      fc.property(curves, (curve) => {
        expect(excessVariation([curve])).toBeGreaterThanOrEqual(0);
        expectNear(excessVariation([[...curve].sort((a, b) => a - b)]), 0, 1e-12);
      }),
    );
  });
});

describe('largestDrawdown', () => {
  it('works out by hand', () => {
    // From 5 down to 2, though 6 comes later.
    expect(largestDrawdown([[1, 5, 3, 2, 6, 4]])).toBe(3);
    expect(largestDrawdown([[1, 2, 3]])).toBe(0);
    expect(largestDrawdown([[1, 5], [2]])).toBe(3);
    expect(largestDrawdown([])).toBeUndefined();
  });
});

describe('gradientNoise', () => {
  it('works out by hand', () => {
    // log σ changes by log 2, −log 2, log 2: mean log 2 / 3, squares 4/9 + 16/9 + 4/9, over 2.
    expectNear(gradientNoise([[1, 2, 1, 2]]), Math.LN2 * Math.sqrt(24 / 18));
  });

  it('sees none in a steady fall, and is of no unit', () => {
    expectNear(gradientNoise([[8, 4, 2, 1]]), 0, 1e-15);
    expectNear(gradientNoise([[3, 5, 4]]), gradientNoise([[300, 500, 400]]) ?? Number.NaN);
  });

  it('says nothing of too few changes, or of gradients that vanished', () => {
    expect(gradientNoise([[1, 2]])).toBeUndefined();
    expect(gradientNoise([[1, 0, 2, 3]])).toBeUndefined();
    expect(gradientNoise([[1, Number.NaN, 2, 3]])).toBeUndefined();
  });
});

describe('time to a target', () => {
  const curve = [0.1, 0.5, 0.4, 0.6];

  it('is that of the first epoch that is there', () => {
    expect(epochsToTarget(curve, 0.4)).toBe(2);
    expect(epochsToTarget(curve, 0.5)).toBe(2);
    expect(epochsToTarget(curve, 0.6)).toBe(4);
    expect(epochsToTarget(curve, 0.61)).toBe(Infinity);
    expect(secondsToTarget(curve, [10, 20, 30, 40], 0.5)).toBe(30);
    expect(secondsToTarget(curve, [10, 20, 30, 40], 0.6)).toBe(100);
    expect(secondsToTarget(curve, [10, 20, 30, 40], 0.7)).toBe(Infinity);
  });

  it('has a median and a count over seeds', () => {
    expect(summarizeTimes([30, 10, 20])).toEqual({ median: 20, reached: 3, seeds: 3 });
    expect(summarizeTimes([30, 10, 20, 40])).toEqual({ median: 25, reached: 4, seeds: 4 });
    expect(summarizeTimes([Infinity, 10, 20])).toEqual({ median: 20, reached: 2, seeds: 3 });
    expect(summarizeTimes([Infinity, 10])).toEqual({ median: Infinity, reached: 1, seeds: 2 });
    expect(summarizeTimes([Infinity, Infinity])).toEqual({ median: Infinity, reached: 0, seeds: 2 });
    expect(summarizeTimes([])).toBeUndefined();
  });
});
