/**
 * Random numbers for a purpose: a stream of uniform numbers in [0, 1), which depends on nothing but the run's seed, who
 * asks, the step and the place that is named. So they are the same whether or not the run was resumed in between.
 */
export type Randomness = (...place: readonly (string | number)[]) => () => number;

/** The part of some randomness that lies below a place. */
export function below(random: Randomness, ...above: readonly (string | number)[]): Randomness {
  return (...place) => random(...above, ...place);
}
