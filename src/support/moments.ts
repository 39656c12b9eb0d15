/** Mean and sample standard deviation (divided by n − 1); undefined where there are too few values. */
export interface MeanAndStd {
  readonly mean: number | undefined;
  readonly std: number | undefined;
}

/** Mean and sample standard deviation of some values. */
export function meanAndStd(values: readonly number[]): MeanAndStd {
  const count = values.length;
  if (count === 0) return { mean: undefined, std: undefined };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, std: undefined };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (count - 1)) };
}
