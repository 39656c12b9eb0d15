import type { Estimate } from './estimate.js';

/**
 * Hedges' g_z of a paired estimate: (d̄ / s_d) · (1 − 3 / (4ν − 1)), ν = n − 1, the mean difference in standard deviations
 * of the differences, less what few pairs exaggerate (Hedges 1981; the z of Lakens 2013: of differences).
 * @returns undefined for two pairs, where the correction is 0
 */
export function hedgesG({ value, standardError, degreesOfFreedom }: Estimate): number | undefined {
  if (degreesOfFreedom < 2) return undefined;
  const std = standardError * Math.sqrt(degreesOfFreedom + 1);
  return (value / std) * (1 - 3 / (4 * degreesOfFreedom - 1));
}
