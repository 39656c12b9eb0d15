import { meanAndStd } from '../support/moments.js';
import { isOnlyRounding } from './estimate.js';
import type { Pair } from './pairs.js';

/**
 * Pearson's r of a and b over the seeds: Σ (a − ā)(b − b̄) / ((n − 1) s_a s_b). Above 0, pairing by seed buys precision.
 * @returns undefined with fewer than three pairs (of two it is always ±1), and where a side does not vary
 */
export function correlationOf(pairs: readonly Pair[]): number | undefined {
  if (pairs.length < 3) return undefined;
  const a = centred(pairs.map((pair) => pair.a));
  const b = centred(pairs.map((pair) => pair.b));
  if (a === undefined || b === undefined) return undefined;
  const products = a.deviations.reduce(
    (sum, deviation, index) => sum + deviation * (b.deviations[index] ?? 0),
    0,
  );
  const r = products / ((pairs.length - 1) * a.std * b.std);
  return Math.max(-1, Math.min(1, r));
}

function centred(values: readonly number[]) {
  const { mean, std } = meanAndStd(values);
  if (mean === undefined || std === undefined || isOnlyRounding(std, Math.abs(mean))) return undefined;
  return { std, deviations: values.map((value) => value - mean) };
}
