import { compiled, incbet, ndtr } from 'cephes';

await compiled;

/** Beyond this e^(−δ²/2), with which the sum begins, is 0 in double precision. */
export const LARGEST_NONCENTRALITY = 37;

/** What is left of the weights when the sum may stop. */
const NEGLIGIBLE = 1e-17;

/**
 * P(T ≤ t) of the noncentral t distribution, T = (Z + δ) / √(χ²_ν / ν): Lenth, Algorithm AS 243, Applied Statistics
 * 38 (1989). For t ≥ 0, with x = t² / (t² + ν) and λ = δ²/2,
 *
 *     Φ(−δ) + Σ_j [p_j I_x(j + ½, ν/2) + q_j I_x(j + 1, ν/2)],
 *     p_j = ½ e^(−λ) λ^j / j!,  q_j = δ / (2√2) e^(−λ) λ^j / Γ(j + 3/2);
 *
 * for t < 0 it is 1 − P(T' ≤ −t) with −δ. Good to about 1e-15 in absolute terms.
 * @param degreesOfFreedom ν > 0
 * @param noncentrality δ, of absolute value at most 37
 * @throws RangeError for a δ beyond that
 */
export function noncentralTCdf(t: number, degreesOfFreedom: number, noncentrality: number): number {
  if (!(Math.abs(noncentrality) <= LARGEST_NONCENTRALITY)) {
    throw new RangeError(`the noncentrality ${noncentrality} is beyond ±${LARGEST_NONCENTRALITY}`);
  }
  if (t < 0) return 1 - noncentralTCdf(-t, degreesOfFreedom, -noncentrality);
  const x = t ** 2 / (t ** 2 + degreesOfFreedom);
  const lambda = noncentrality ** 2 / 2;
  let p = Math.exp(-lambda) / 2;
  let q = (noncentrality * Math.exp(-lambda)) / Math.sqrt(2 * Math.PI);
  let sum = ndtr(-noncentrality);
  for (let j = 0; j <= lambda || p + Math.abs(q) > NEGLIGIBLE; j++) {
    sum += p * incbet(j + 0.5, degreesOfFreedom / 2, x) + q * incbet(j + 1, degreesOfFreedom / 2, x);
    p *= lambda / (j + 1);
    q *= lambda / (j + 1.5);
  }
  return sum;
}
