/** How soon seeds reached a target. */
export interface TimesToTarget {
  /** Half of the seeds needed no longer; ∞ where half of them never got there. */
  readonly median: number;
  readonly reached: number;
  readonly seeds: number;
}

/**
 * The first epoch, from 1, after which a curve is at a target or above; ∞ when it never is.
 * @param curve - The value after each epoch.
 */
export function epochsToTarget(curve: readonly number[], target: number): number {
  const index = curve.findIndex((value) => value >= target);
  return index === -1 ? Infinity : index + 1;
}

/**
 * The time until then: the sum of the epochs' own up to and with that one; ∞ when the target is never reached.
 * @param seconds - Of each epoch.
 */
export function secondsToTarget(
  curve: readonly number[],
  seconds: readonly number[],
  target: number,
): number {
  const epochs = epochsToTarget(curve, target);
  return Number.isFinite(epochs) ? seconds.slice(0, epochs).reduce((sum, each) => sum + each, 0) : Infinity;
}

/** Median and count of times, ∞ among them. @returns undefined of none */
export function summarizeTimes(times: readonly number[]): TimesToTarget | undefined {
  const sorted = [...times].sort((first, second) => (first < second ? -1 : first > second ? 1 : 0));
  const [lower, upper] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  if (lower === undefined || upper === undefined) return undefined;
  return { median: (lower + upper) / 2, reached: times.filter(Number.isFinite).length, seeds: times.length };
}
