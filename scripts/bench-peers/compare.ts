import { sum } from 'd3-array';

import { medianOf, spreadOf } from '../../src/bench/measurement.js';
import type { Spread } from '../../src/bench/measurement.js';
import type { Turn } from './protocol.js';
import type { WatchedTurn } from './session.js';

/** The step time of a turn, in milliseconds: the median, less its first step, which finds the caches full of others' data. */
export function turnMilliseconds({ milliseconds }: Turn): number {
  return medianOf(milliseconds.slice(1));
}

/** How a peer compares with the baseline, pair by pair. */
export interface Comparison {
  /** Of each round: the peer's step time over the baseline's. Above 1 the baseline is faster. */
  readonly ratios: readonly number[];
  /** Of the ratios, which is not the ratio of the medians. */
  readonly spread: Spread;
}

/** @throws RangeError when the two did not take the same number of turns */
export function compare(peer: readonly Turn[], baseline: readonly Turn[]): Comparison {
  if (peer.length !== baseline.length)
    throw new RangeError(`${peer.length} turns cannot be paired with ${baseline.length}`);
  const ratios = peer.map((turn, round) => {
    const other = baseline[round];
    return other === undefined ? NaN : turnMilliseconds(turn) / turnMilliseconds(other);
  });
  return { ratios, spread: spreadOf(ratios) };
}

/**
 * Processor time that a contender used between its turns, in milliseconds: what it took from those whose turn it was.
 */
export function idleCpuMilliseconds(turns: readonly Turn[]): number {
  return turns.reduce((sum, turn, index) => {
    const earlier = turns[index - 1];
    return earlier === undefined ? sum : sum + turn.cpuBefore - earlier.cpuAfter;
  }, 0);
}

/** Which share of the machine's processor time went to other processes during these turns, 0 to 1. */
export function othersShare(turns: readonly WatchedTurn[], cores: number): number {
  const available = cores * sum(turns, ({ milliseconds }) => sum(milliseconds));
  return sum(turns, ({ othersCpuMilliseconds }) => othersCpuMilliseconds) / available;
}
