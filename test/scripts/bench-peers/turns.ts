import type { WatchedTurn } from '../../../scripts/bench-peers/session.js';

/** A turn whose first step, which does not count, takes a second. */
export function turn(...milliseconds: number[]): WatchedTurn {
  const counts = { cpuBefore: 0, cpuAfter: 0, peakRssBytes: 2 ** 20, othersCpuMilliseconds: 110 };
  const pages = { pageFaults: 10 * (1 + milliseconds.length), hugePageBytes: 2 ** 21, isDisturbed: false };
  return { milliseconds: [1000, ...milliseconds], ...counts, ...pages };
}
