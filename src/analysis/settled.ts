/**
 * Which epochs show how smooth training is: not those of the warm-up, and not the first after a change of the learning
 * rate, where curves jump. The warm-up is the epochs from the first on in which the rate rises, with the one that reaches
 * the top. A rate that changes in more than half of the epochs after it (a cosine) changes all the time: there are no
 * jumps, and none is left out. Both rules are ours.
 * @param learningRates - Of each epoch.
 */
export function settledEpochs(learningRates: readonly number[]): boolean[] {
  const warmup = warmupEpochs(learningRates);
  const isChange = (epoch: number): boolean => learningRates[epoch] !== learningRates[epoch - 1];
  const after = [...learningRates.keys()].slice(Math.max(warmup, 1));
  const changesAlways = after.filter(isChange).length > after.length / 2;
  return learningRates.map(
    (_, epoch) => epoch >= warmup && (epoch === 0 || changesAlways || !isChange(epoch)),
  );
}

/** How many epochs at the start are warm-up. */
export function warmupEpochs(learningRates: readonly number[]): number {
  let count = 0;
  while (count < learningRates.length && (learningRates[count] ?? 0) > (learningRates[count - 1] ?? 0))
    count++;
  // The first epoch rises from nothing: alone it is no warm-up.
  return count === 1 ? 0 : count;
}

/** A curve cut into stretches of neighbouring settled epochs. */
export function settledStretches(curve: readonly number[], learningRates: readonly number[]): number[][] {
  const stretches: number[][] = [];
  let current: number[] = [];
  const settled = settledEpochs(learningRates);
  for (const [epoch, value] of curve.entries()) {
    if (settled[epoch] === true) {
      if (current.length === 0) stretches.push(current);
      current.push(value);
    } else current = [];
  }
  return stretches;
}

/** a_{i+1} − a_i. */
export function differencesOf(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => value - (values[index] ?? Number.NaN));
}
