import { performance } from 'node:perf_hooks';

/** How often something is done to be timed. */
export interface Bounds {
  /** Times that come first and do not count; a single one where that takes half of the time or more. */
  readonly warmup: number;
  /** Times that count, at most; at least two. */
  readonly most: number;
  /** After that long no other one is begun, warm-up not counted. */
  readonly milliseconds: number;
}

/** Does something again and again: how long each time took, and what came of the last. */
export async function repeat<Result>(
  action: () => Promise<Result>,
  { warmup, most, milliseconds: longest }: Bounds,
  now: () => number = () => performance.now(),
): Promise<{ readonly milliseconds: readonly number[]; readonly last: Result }> {
  for (let done = 0, startedAt = now(); done < warmup && now() - startedAt < longest / 2; done++)
    await action();
  const milliseconds: number[] = [];
  const startedAt = now();
  for (;;) {
    const before = now();
    const last = await action();
    milliseconds.push(now() - before);
    const isEnough = milliseconds.length >= 2 && now() - startedAt >= longest;
    if (isEnough || milliseconds.length >= most) return { milliseconds, last };
  }
}
