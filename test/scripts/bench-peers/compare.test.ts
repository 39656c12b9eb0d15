import { describe, expect, it } from 'vitest';

import {
  compare,
  idleCpuMilliseconds,
  othersShare,
  turnMilliseconds,
} from '../../../scripts/bench-peers/compare.js';
import type { WatchedTurn } from '../../../scripts/bench-peers/session.js';
import { turn } from './turns.js';

const ours = [turn(100, 110, 90), turn(200), turn(100)];
const theirs = [turn(150), turn(160, 160), turn(200, 100, 120, 300)];

describe('the step time of a turn', () => {
  it('is the median of its steps but the first', () => {
    expect(turnMilliseconds(turn(3, 1, 2))).toBe(2);
    expect(turnMilliseconds(turn(200, 100, 120, 300))).toBe(160);
  });
});

describe('a comparison', () => {
  it('divides the step times round by round and takes the median of the ratios', () => {
    // 150/100, 160/200 and 160/100. The ratio of the medians would be 160/100.
    const { ratios, spread } = compare(theirs, ours);
    expect(ratios).toEqual([1.5, 0.8, 1.6]);
    expect(spread.median).toBe(1.5);
    expect(spread.lowerQuartile).toBeCloseTo(1.15, 12);
    expect(spread.upperQuartile).toBeCloseTo(1.55, 12);
  });

  it('needs as many turns of one as of the other', () => {
    expect(() => compare(theirs, ours.slice(1))).toThrow('3 turns cannot be paired with 2');
  });
});

describe('processor time while others run', () => {
  it('is what passed between the end of a turn and the start of the next', () => {
    const used = (cpuBefore: number, cpuAfter: number): WatchedTurn => ({ ...turn(1), cpuBefore, cpuAfter });
    expect(idleCpuMilliseconds([used(50, 100), used(103, 150), used(157, 200)])).toBe(3 + 7);
  });
});

describe('the share of other processes', () => {
  it('is their processor time over that of all cores', () => {
    // 220 ms of 2 cores × (1000 + 100 + 1000 + 100) ms.
    expect(othersShare([turn(100), turn(100)], 2)).toBe(0.05);
  });
});
