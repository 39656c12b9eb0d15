import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Up to so many differences all signs are tried. */
const LARGEST_EXACT = 20;
/** How many signs are drawn beyond that, and from which stream: the same differences give the same p. */
const SAMPLES = 99_999;
const SEED = 0x5e9f11b;
/** Sums that differ by less, relative to the sum of the absolute values, are the same but for rounding. */
const ROUNDING = 1e-12;

/**
 * Two-sided p-value of the sign-flip test (Fisher 1935, §21): if the two optimizers are alike, each difference might as
 * well have the other sign. p is the share of the 2ⁿ choices of signs for which |Σ ±d_i| is at least |Σ d_i|; ties count
 * as at least as large, the signs that were observed among them, so p is 2^(1−n) or more. Above n = 20 signs are drawn,
 * and p = (1 + hits) / (1 + draws) (Phipson and Smyth 2010).
 * @returns undefined for no differences, and where one is not finite
 */
export function signFlipPValue(differences: readonly number[]): number | undefined {
  if (differences.length === 0 || !differences.every(Number.isFinite)) return undefined;
  const size = differences.reduce((sum, difference) => sum + Math.abs(difference), 0);
  const observed = Math.abs(differences.reduce((sum, difference) => sum + difference, 0));
  const threshold = observed - ROUNDING * size;
  return differences.length <= LARGEST_EXACT
    ? exactPValue(differences, threshold)
    : sampledPValue(differences, threshold);
}

function exactPValue([first = 0, ...others]: readonly number[], threshold: number): number {
  // All signs turned around give the same absolute sum: the first may stay as it is.
  const count = (index: number, sum: number): number => {
    const next = others[index];
    if (next === undefined) return Math.abs(sum) >= threshold ? 1 : 0;
    return count(index + 1, sum + next) + count(index + 1, sum - next);
  };
  return count(0, first) / 2 ** others.length;
}

function sampledPValue(differences: readonly number[], threshold: number): number {
  const generator = xoroshiro128plus(SEED);
  let hits = 0;
  for (let draw = 0; draw < SAMPLES; draw++) {
    let sum = 0;
    for (const difference of differences) sum += generator.next() < 0 ? -difference : difference;
    if (Math.abs(sum) >= threshold) hits++;
  }
  return (1 + hits) / (1 + SAMPLES);
}
