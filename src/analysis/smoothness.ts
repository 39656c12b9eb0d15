import { differencesOf } from './settled.js';

/**
 * The noise of a curve, as a standard deviation in its unit: √(Σ (Δ²a)² / (6 m)) over the m second differences
 * Δ²a = a_{e+1} − 2 a_e + a_{e−1} of its stretches, E − 2 of a whole curve. Independent noise of variance σ² has second
 * differences of variance 6 σ², and a trend that is nearly straight has nearly none (the difference-based estimator of
 * order 2: Gasser, Sroka and Jennen-Steinmetz, Biometrika 73, 1986).
 * @returns undefined where no stretch has three epochs
 */
export function noiseOf(stretches: readonly (readonly number[])[]): number | undefined {
  const seconds = stretches.flatMap((stretch) => differencesOf(differencesOf(stretch)));
  if (seconds.length === 0) return undefined;
  return Math.sqrt(seconds.reduce((sum, second) => sum + second ** 2, 0) / (6 * seconds.length));
}

/**
 * How much further a curve goes up and down than from its first to its last value: Σ|Δa| − |a_E − a_1|, summed over its
 * stretches; 0 of a curve that only rises. In its unit. The measure is ours.
 * @returns undefined where no stretch has two epochs
 */
export function excessVariation(stretches: readonly (readonly number[])[]): number | undefined {
  const moving = stretches.map(differencesOf).filter(({ length }) => length > 0);
  if (moving.length === 0) return undefined;
  const excess = moving.map((steps) => {
    const way = steps.reduce((sum, step) => sum + Math.abs(step), 0);
    return way - Math.abs(steps.reduce((sum, step) => sum + step, 0));
  });
  // Rounding may leave a little less than nothing.
  return Math.max(
    0,
    excess.reduce((sum, each) => sum + each, 0),
  );
}

/**
 * The deepest that a curve falls below the highest value before, max over i < j of a_i − a_j, over all settled epochs;
 * 0 of a curve that never falls. In its unit.
 * @returns undefined without epochs
 */
export function largestDrawdown(stretches: readonly (readonly number[])[]): number | undefined {
  const curve = stretches.flat();
  if (curve.length === 0) return undefined;
  let [highest, deepest] = [-Infinity, 0];
  for (const value of curve) {
    highest = Math.max(highest, value);
    deepest = Math.max(deepest, highest - value);
  }
  return deepest;
}
