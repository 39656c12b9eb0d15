/** The variance of a mean, and the degrees of freedom that it was estimated with. */
export interface VariancePart {
  readonly variance: number;
  readonly degreesOfFreedom: number;
}

/**
 * A sum of independent variances and its effective degrees of freedom: V = Σ v_i, ν = V² / Σ (v_i² / ν_i)
 * (Satterthwaite, Biometrics Bulletin 2, 1946).
 */
export function satterthwaite(parts: readonly VariancePart[]): VariancePart {
  const variance = parts.reduce((sum, part) => sum + part.variance, 0);
  // Shares, for squares of small variances would underflow.
  const inverse = parts.reduce(
    (sum, part) => sum + (part.variance / variance) ** 2 / part.degreesOfFreedom,
    0,
  );
  return { variance, degreesOfFreedom: 1 / inverse };
}
