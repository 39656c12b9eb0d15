import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balancedSubset } from '../../src/data/subset.js';

describe('a balanced subset', () => {
  it('lets classes take turns, the lowest first, and keeps file order', () => {
    const labels = Uint8Array.of(2, 1, 1, 0, 2, 0, 1);
    expect([...balancedSubset(labels, 3, 1)]).toEqual([3]);
    expect([...balancedSubset(labels, 3, 3)]).toEqual([0, 1, 3]);
    expect([...balancedSubset(labels, 3, 5)]).toEqual([0, 1, 2, 3, 5]);
    expect([...balancedSubset(labels, 3, 7)]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('goes on with the classes that have records left', () => {
    expect([...balancedSubset(Uint8Array.of(0, 0, 0, 1), 2, 3)]).toEqual([0, 1, 3]);
  });

  it('cannot be larger than the whole', () => {
    expect(() => balancedSubset(Uint8Array.of(0), 1, 2)).toThrow(RangeError);
  });

  const classes = 5;
  const cases = fc
    .array(fc.nat({ max: classes - 1 }), { minLength: 1, maxLength: 60 })
    .chain((labels) => fc.tuple(fc.constant(Uint8Array.from(labels)), fc.nat({ max: labels.length })));

  it('has classes that differ by at most one, unless one has run out', () => {
    fc.assert(
      fc.property(cases, ([labels, count]) => {
        const chosen = balancedSubset(labels, classes, count);
        expect(chosen).toHaveLength(count);
        const taken = Array.from(
          { length: classes },
          (_, label) => chosen.filter((record) => labels[record] === label).length,
        );
        const most = Math.max(...taken);
        taken.forEach((number, label) => {
          const available = labels.filter((found) => found === label).length;
          expect(number).toBeGreaterThanOrEqual(Math.min(available, most - 1));
        });
      }),
    );
  });

  it('is ascending and lies within every larger one', () => {
    fc.assert(
      fc.property(cases, ([labels, count]) => {
        const chosen = [...balancedSubset(labels, classes, count)];
        expect(chosen).toEqual([...new Set(chosen)].sort((a, b) => a - b));
        const larger = new Set(balancedSubset(labels, classes, Math.min(count + 1, labels.length)));
        expect(chosen.every((record) => larger.has(record))).toBe(true);
      }),
    );
  });
});
