import { describe, expect, it } from 'vitest';
import { signFlipPValue } from '../../src/analysis/sign-flip.js';
import { expectNear } from './fixtures.js';
import { cases, darwin, sleep } from './two-samples.js';

describe('signFlipPValue', () => {
  it('counts by hand', () => {
    // ±1 ±2 ±4 with a sum of 7 or −7: two of eight.
    expect(signFlipPValue([1, 2, 4])).toBe(2 / 8);
    // 5 = 7 − 2 · 1 or more: −1+2+4, 1+2+4 and both turned around.
    expect(signFlipPValue([-1, 2, 4])).toBe(4 / 8);
  });

  it('counts ties as at least as large, though they differ in their last bit', () => {
    // 1 = 1+1−1 in three ways, 3 in one, and the same below 0: all eight.
    expect(signFlipPValue([1, 1, -1])).toBe(1);
    // 0.1 + 0.2 − 0.3 is not 0 in floating point.
    expect(signFlipPValue([0.1, 0.2, -0.3])).toBe(1);
    expect(signFlipPValue([0.3, 0.1, 0.2])).toBe(2 / 8);
  });

  it('lets a difference of 0 have either sign', () => {
    // Nine of ten are below 0 and one is 0: four of 1024 choices.
    expect(signFlipPValue(sleep.first.map((value, index) => value - (sleep.second[index] ?? 0)))).toBe(
      4 / 1024,
    );
    expect(signFlipPValue([0, 0])).toBe(1);
  });

  it('is what Fisher has for Darwin’s maize: 863 of 32,768 on either side', () => {
    expect(signFlipPValue(darwin)).toBe((2 * 863) / 32_768);
  });

  it('is what SciPy has', () => {
    const small = cases.filter(({ signFlip }) => signFlip !== null);
    expect(small.length).toBeGreaterThan(5);
    for (const { a, b, signFlip } of small) {
      expectNear(signFlipPValue(a.map((value, index) => value - (b[index] ?? 0))), signFlip ?? Number.NaN);
    }
  });

  it('has no smaller p than the number of seeds allows', () => {
    expect([3, 5, 8, 10].map((n) => signFlipPValue(Array<number>(n).fill(1)))).toEqual([
      0.25, 0.0625, 0.0078125, 0.001953125,
    ]);
  });

  it('draws signs above twenty, always the same, and near the exact p', () => {
    // With a zero more the exact p is that of the twenty, and signs are drawn.
    const twenty = Array.from({ length: 20 }, (_, index) => (index % 3) - 0.6);
    const exact = signFlipPValue(twenty) ?? Number.NaN;
    const drawn = signFlipPValue([...twenty, 0]) ?? Number.NaN;
    expect(drawn).not.toBe(exact);
    // Five standard errors of a share of 99,999.
    expect(Math.abs(drawn - exact)).toBeLessThan(5 * Math.sqrt((exact * (1 - exact)) / 99_999));
    expect(signFlipPValue([...twenty, 0])).toBe(drawn);
    expect(signFlipPValue(Array<number>(40).fill(1))).toBe(1 / 100_000);
  });

  it('says nothing of nothing, or of what is not finite', () => {
    expect(signFlipPValue([])).toBeUndefined();
    expect(signFlipPValue([1, Infinity])).toBeUndefined();
    expect(signFlipPValue([1, Number.NaN])).toBeUndefined();
  });
});
