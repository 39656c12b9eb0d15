/** A value of each seed. */
export type Sample = ReadonlyMap<number, number>;

/** What two optimizers came to from the same seed. */
export interface Pair {
  readonly seed: number;
  readonly a: number;
  readonly b: number;
  /** a − b. */
  readonly difference: number;
}

/** The seeds that both have, in increasing order. */
export function pairBySeed(a: Sample, b: Sample): Pair[] {
  const pairs: Pair[] = [];
  for (const [seed, value] of [...a].sort(([first], [second]) => first - second)) {
    const other = b.get(seed);
    if (other !== undefined) pairs.push({ seed, a: value, b: other, difference: value - other });
  }
  return pairs;
}
