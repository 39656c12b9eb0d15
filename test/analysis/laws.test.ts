import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correlationOf } from '../../src/analysis/correlation.js';
import { intervalOf, pValueOf } from '../../src/analysis/estimate.js';
import { holm } from '../../src/analysis/holm.js';
import { pairBySeed } from '../../src/analysis/pairs.js';
import { pairedEstimate } from '../../src/analysis/paired.js';
import { signFlipPValue } from '../../src/analysis/sign-flip.js';
import { probabilityOfSuperiority } from '../../src/analysis/superiority.js';
import { verdictOf } from '../../src/analysis/verdict.js';
import { welchEstimate } from '../../src/analysis/welch.js';
import { expectNear } from './fixtures.js';
import { pairsOf, sampleOf } from './two-samples.js';

/** An accuracy in whole images of 10,000. */
const accuracy = fc.integer({ min: 0, max: 10_000 }).map((images) => images / 10_000);
/** Accuracies of A and B, seed by seed. */
const seeds = fc.array(fc.tuple(accuracy, accuracy), { minLength: 1, maxLength: 8 });
const estimates = fc.record({
  value: fc.double({ min: -0.05, max: 0.05, noNaN: true }),
  standardError: fc.double({ min: 1e-5, max: 0.02, noNaN: true }),
  degreesOfFreedom: fc.double({ min: 1, max: 40, noNaN: true }),
});
const margins = fc.double({ min: 1e-4, max: 0.05, noNaN: true });
const MIRRORED = {
  better: 'worse',
  worse: 'better',
  equivalent: 'equivalent',
  inconclusive: 'inconclusive',
} as const;

function columns(rows: readonly (readonly [number, number])[]) {
  return { a: rows.map(([a]) => a), b: rows.map(([, b]) => b) };
}

/** Both estimates of a comparison. */
function both(a: readonly number[], b: readonly number[]) {
  return [pairedEstimate(pairsOf(a, b)), welchEstimate(a, b)];
}

describe('of two optimizers', () => {
  it('swapping them mirrors differences, intervals and verdicts, and leaves p', () => {
    fc.assert(
      fc.property(seeds, margins, (rows, margin) => {
        const { a, b } = columns(rows);
        const swapped = both(b, a);
        for (const [index, estimate] of both(a, b).entries()) {
          const mirror = swapped[index];
          expect(mirror === undefined).toBe(estimate === undefined);
          if (estimate === undefined || mirror === undefined) continue;
          const [interval, other] = [intervalOf(estimate, 0.95), intervalOf(mirror, 0.95)];
          expectNear(other.low, -interval.high, 1e-12);
          expectNear(other.high, -interval.low, 1e-12);
          expectNear(pValueOf(mirror), pValueOf(estimate), 1e-12);
          const rule = { better: 'higher', margin } as const;
          const verdict = verdictOf(estimate, rule);
          expect(verdictOf(mirror, rule)).toBe(verdict && MIRRORED[verdict]);
        }
      }),
    );
  });

  it('adding the same to all changes no difference', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: -8, max: 8 }), (rows, constant) => {
        const { a, b } = columns(rows);
        const shifted = both(...moved(a, b, (value) => value + constant));
        for (const [index, estimate] of both(a, b).entries()) {
          if (estimate === undefined) continue;
          expectNear(shifted[index]?.value, estimate.value, 1e-12);
          expectNear(shifted[index]?.standardError, estimate.standardError, 1e-12);
        }
        expectNear(
          signFlip(
            a.map((x) => x + constant),
            b.map((x) => x + constant),
          ),
          signFlip(a, b),
        );
      }),
    );
  });

  it('another unit changes the unit alone', () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 0.001, max: 1000, noNaN: true }), (rows, factor) => {
        const { a, b } = columns(rows);
        const scaled = both(...moved(a, b, (value) => value * factor));
        for (const [index, estimate] of both(a, b).entries()) {
          const other = scaled[index];
          if (estimate === undefined || other === undefined) continue;
          expectNear(intervalOf(other, 0.95).low, factor * intervalOf(estimate, 0.95).low);
          expectNear(pValueOf(other), pValueOf(estimate));
        }
      }),
    );
  });

  it('the order of the seeds does not matter', () => {
    fc.assert(
      fc.property(seeds, (rows) => {
        const { a, b } = columns(rows);
        const [first, second] = [sampleOf(a), sampleOf(b)];
        const backwards = new Map([...first].reverse());
        expect(pairBySeed(backwards, second)).toEqual(pairBySeed(first, second));
      }),
    );
  });

  it('P(A > B) and P(B > A) are 1 together', () => {
    fc.assert(
      fc.property(fc.array(accuracy, { minLength: 1 }), fc.array(accuracy, { minLength: 1 }), (a, b) => {
        expectNear((probabilityOfSuperiority(a, b) ?? 0) + (probabilityOfSuperiority(b, a) ?? 0), 1);
      }),
    );
  });

  it('a correlation is between −1 and 1, and has no direction', () => {
    fc.assert(
      fc.property(seeds, (rows) => {
        const { a, b } = columns(rows);
        const r = correlationOf(pairsOf(a, b));
        if (r === undefined) return;
        expect(Math.abs(r)).toBeLessThanOrEqual(1);
        expectNear(correlationOf(pairsOf(b, a)), r);
      }),
    );
  });
});

function moved(a: readonly number[], b: readonly number[], move: (value: number) => number) {
  return [a.map(move), b.map(move)] as const;
}

function signFlip(a: readonly number[], b: readonly number[]): number {
  return signFlipPValue(pairsOf(a, b).map(({ difference }) => difference)) ?? Number.NaN;
}

describe('signFlipPValue', () => {
  it('is at most 1, and at least what the number of signs allows', () => {
    fc.assert(
      fc.property(seeds, (rows) => {
        const { a, b } = columns(rows);
        const p = signFlip(a, b);
        expect(p).toBeLessThanOrEqual(1);
        expect(p).toBeGreaterThanOrEqual(2 ** (1 - rows.length));
        expect(signFlip(b, a)).toBe(p);
      }),
    );
  });
});

describe('holm', () => {
  it('never lowers a p, keeps their order, and does not go by their place', () => {
    const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(pValues, (raw) => {
        const adjusted = holm(raw);
        for (const [i, p] of raw.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(1);
          for (const [j, other] of raw.entries()) {
            if (p <= other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] ?? Number.NaN);
          }
        }
        expect(holm([...raw].reverse()).reverse()).toEqual(adjusted);
      }),
    );
  });
});

describe('verdictOf', () => {
  it('is better or worse just when the 95 % interval leaves out 0', () => {
    fc.assert(
      fc.property(estimates, margins, (estimate, margin) => {
        const { low, high } = intervalOf(estimate, 0.95);
        const verdict = verdictOf(estimate, { better: 'higher', margin });
        expect(verdict === 'better').toBe(low > 0);
        expect(verdict === 'worse').toBe(high < 0);
      }),
    );
  });

  it('finds nothing equivalent by a narrower margin that was not so by a wider one', () => {
    fc.assert(
      fc.property(estimates, margins, margins, (estimate, one, other) => {
        const [narrow, wide] = [Math.min(one, other), Math.max(one, other)];
        const by = (margin: number) => verdictOf(estimate, { better: 'higher', margin });
        if (by(narrow) === 'equivalent') expect(by(wide)).toBe('equivalent');
      }),
    );
  });
});
