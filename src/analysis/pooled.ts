import type { Estimate } from './estimate.js';
import type { Pair } from './pairs.js';
import { satterthwaite } from './satterthwaite.js';

/**
 * The mean of the differences of k architectures, taken as fixed (nothing is said of others) and as independent:
 * D = Σ d̄_a / k, SE² = Σ v_a / k² with v_a the square of a standard error, Satterthwaite's degrees of freedom.
 * @returns undefined for none
 */
export function pooledEstimate(estimates: readonly Estimate[]): Estimate | undefined {
  const count = estimates.length;
  if (count === 0) return undefined;
  const { variance, degreesOfFreedom } = satterthwaite(
    estimates.map((estimate) => ({ ...estimate, variance: estimate.standardError ** 2 })),
  );
  return {
    value: estimates.reduce((sum, { value }) => sum + value, 0) / count,
    standardError: Math.sqrt(variance) / count,
    degreesOfFreedom,
  };
}

/**
 * What each seed adds to the mean difference of k architectures, D = Σ_s c_s with c_s = Σ_a d_{a,s} / (k n_a), in the
 * order of the seeds. Architectures share their seeds, so a sign-flip test flips these.
 * @param architectures - The pairs of each.
 */
export function contributionsOfSeeds(architectures: readonly (readonly Pair[])[]): number[] {
  const ofSeed = new Map<number, number>();
  for (const pairs of architectures) {
    for (const { seed, difference } of pairs) {
      const part = difference / (architectures.length * pairs.length);
      ofSeed.set(seed, (ofSeed.get(seed) ?? 0) + part);
    }
  }
  return [...ofSeed].sort(([first], [second]) => first - second).map(([, part]) => part);
}
