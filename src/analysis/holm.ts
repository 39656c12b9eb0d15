/**
 * p-values adjusted for their number, so that the chance of any false rejection in the family stays below α: in
 * increasing order the i-th of m becomes max over j ≤ i of min(1, (m − j + 1) p_j) (Holm, Scandinavian Journal of
 * Statistics 6, 1979).
 * @returns in the order given
 */
export function holm(pValues: readonly number[]): number[] {
  const adjusted = [...pValues];
  let largest = 0;
  const ascending = [...pValues.entries()].sort(([, first], [, second]) => first - second);
  for (const [rank, [index, p]] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * p));
    adjusted[index] = largest;
  }
  return adjusted;
}
