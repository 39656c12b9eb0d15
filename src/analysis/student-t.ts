import { compiled, incbet, incbi } from 'cephes';

await compiled;

/** Further into the tails the inverse of the incomplete beta function loses digits, and then fails. */
const SMALLEST_P = 1e-6;

/**
 * P(T ≤ t) of Student's t distribution: half of I_x(ν/2, ½) with x = ν / (ν + t²) for t < 0 (Abramowitz and Stegun
 * 1964, 26.7.1 and 26.5.27). Near 0, where that loses digits, the complement I_{1−x}(½, ν/2).
 * @param degreesOfFreedom ν > 0, whole or not
 */
export function studentTCdf(t: number, degreesOfFreedom: number): number {
  const square = t ** 2;
  const lower =
    square > 1
      ? incbet(degreesOfFreedom / 2, 0.5, degreesOfFreedom / (degreesOfFreedom + square)) / 2
      : 0.5 - incbet(0.5, degreesOfFreedom / 2, square / (degreesOfFreedom + square)) / 2;
  return t < 0 ? lower : 1 - lower;
}

/**
 * The t with P(T ≤ t) = p: the inverse of {@link studentTCdf}.
 * @param p in [1e-6, 1 − 1e-6]
 * @param degreesOfFreedom ν > 0, whole or not
 * @throws RangeError for another p
 */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p >= SMALLEST_P && p <= 1 - SMALLEST_P)) throw new RangeError(`no quantile is known for p = ${p}`);
  return p > 0.5 ? -lowerQuantile(1 - p, degreesOfFreedom) : lowerQuantile(p, degreesOfFreedom);
}

function lowerQuantile(p: number, degreesOfFreedom: number): number {
  if (p > 0.25) {
    const z = incbi(0.5, degreesOfFreedom / 2, 1 - 2 * p);
    return -Math.sqrt((degreesOfFreedom * z) / (1 - z));
  }
  const x = incbi(degreesOfFreedom / 2, 0.5, 2 * p);
  return -Math.sqrt((degreesOfFreedom * (1 - x)) / x);
}
