import type { Labels } from './dataset.js';

/**
 * The records of a class-balanced subset of `count` records, in file order. Classes take turns, class 0 first, each
 * giving its next record in `order`; so the counts of two classes differ by at most one (as long as each has
 * records left), the same arguments always give the same subset, and a smaller subset lies within a larger one.
 *
 * @param labels [n] class ids below `classes`
 * @param count at most n
 * @param order [n] record numbers, each once; default: file order
 * @returns [count] record numbers, ascending
 */
export function balancedSubset(
  labels: Labels,
  classes: number,
  count: number,
  order: Iterable<number> = labels.keys(),
): Uint32Array {
  if (count > labels.length) throw new RangeError(`${count} records asked of ${labels.length}`);
  const available = new Uint32Array(classes);
  for (const label of labels) available[label] = (available[label] ?? 0) + 1;
  const wanted = turns(available, count);
  const chosen = new Uint32Array(count);
  let next = 0;
  for (const record of order) {
    const label = labels[record] ?? 0;
    const left = wanted[label] ?? 0;
    if (left === 0) continue;
    wanted[label] = left - 1;
    chosen[next++] = record;
  }
  return chosen.sort();
}

/** How many records each class gives when classes take turns until `count` are given. */
function turns(available: Uint32Array, count: number): Uint32Array {
  const given = new Uint32Array(available.length);
  let left = count;
  while (left > 0) {
    for (let label = 0; label < given.length && left > 0; label++) {
      const already = given[label] ?? 0;
      if (already === available[label]) continue;
      given[label] = already + 1;
      left--;
    }
  }
  return given;
}
