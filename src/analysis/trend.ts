import { meanAndStd } from '../support/moments.js';
import { judged, type Judged } from './comparison.js';
import { meanEstimate } from './mean.js';
import type { Sample } from './pairs.js';
import { warmupEpochs } from './settled.js';

/** Fewer points than this make a line, and no trend. */
const FEWEST_EPOCHS = 3;

/** How fast σ grows or falls: the slope of ln σ, per epoch. −0.008 is a fall of 0.8 % an epoch. */
export interface Trend {
  /** Of each seed that has one. */
  readonly slopes: Sample;
  /**
   * The mean slope with its intervals, over seeds. What a regression says of one seed's slope is not used: neighbouring
   * epochs are alike, and it would be far too sure. None of one seed.
   */
  readonly estimate: Judged | undefined;
  readonly mean: number | undefined;
}

/** The trend over seeds. @param slopes - Of each seed that has one, by {@link logSlope}. */
export function trendOf(slopes: Sample): Trend {
  const values = [...slopes.values()];
  const estimate = meanEstimate(values);
  return { slopes, estimate: estimate && judged(estimate), mean: meanAndStd(values).mean };
}

/**
 * The least-squares slope of ln σ over the epochs after the warm-up, Σ (e − ē) ln σ_e / Σ (e − ē)², per epoch.
 * @param sigmas - Of each epoch.
 * @param learningRates - Of each epoch; they tell the warm-up.
 * @returns undefined with fewer than three such epochs, and where a σ of them is 0 or not finite
 */
export function logSlope(sigmas: readonly number[], learningRates: readonly number[]): number | undefined {
  const from = warmupEpochs(learningRates);
  const count = sigmas.length - from;
  if (count < FEWEST_EPOCHS) return undefined;
  const middle = (count - 1) / 2;
  let [products, squares] = [0, 0];
  for (let epoch = 0; epoch < count; epoch++) {
    products += (epoch - middle) * Math.log(sigmas[from + epoch] ?? Number.NaN);
    squares += (epoch - middle) ** 2;
  }
  const slope = products / squares;
  return Number.isFinite(slope) ? slope : undefined;
}
