/**
 * P(A > B): the share of all pairs of one value of a and one of b in which a is larger, equal ones counting half
 * (Mann and Whitney 1947: U / (n_a n_b)). ∞ is allowed, and equal to itself.
 * @returns undefined where either is empty
 */
export function probabilityOfSuperiority(a: readonly number[], b: readonly number[]): number | undefined {
  if (a.length === 0 || b.length === 0) return undefined;
  let wins = 0;
  for (const first of a) {
    for (const second of b) wins += first > second ? 1 : first === second ? 0.5 : 0;
  }
  return wins / (a.length * b.length);
}
