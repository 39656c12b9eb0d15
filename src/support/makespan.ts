/** When the last of these ends, each begun by the worker that is free first. */
export function makespan(lengths: readonly number[], workers: number): number {
  const free = new Array<number>(workers).fill(0);
  for (const length of lengths) {
    const first = free.indexOf(Math.min(...free));
    free[first] = (free[first] ?? 0) + length;
  }
  return Math.max(...free);
}
