import { describe, expect, it } from 'vitest';

import {
  compare,
  idleCpuMilliseconds,
  othersShare,
  turnMilliseconds,
} from '../../../scripts/bench-peers/compare.js';
import { markdownOf, reportOf } from '../../../scripts/bench-peers/report.js';
import type { WatchedTurn } from '../../../scripts/bench-peers/session.js';

/** A turn whose first step, which does not count, takes a second. */
function turn(...milliseconds: number[]): WatchedTurn {
  const counts = { cpuBefore: 0, cpuAfter: 0, peakRssBytes: 2 ** 20, othersCpuMilliseconds: 110 };
  return { milliseconds: [1000, ...milliseconds], ...counts };
}

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

describe('the report', () => {
  const facts = {
    ...{ command: 'npm run bench:peers --', startedAt: '2026-01-01T00:00:00.000Z' },
    program: { version: '1.0.0', gitCommit: 'abc', gitDirty: true, node: '20.17.0', tfjs: '4.22.0' },
    machine: {
      ...{ platform: 'linux', release: '6', arch: 'x64', cpuModel: 'Some', cpuCores: 2, memoryBytes: 1 },
    },
    ...{ model: 'resnet20', batchSize: 128, rounds: 3, steps: 4, warmup: 5 },
  };
  const records = [
    { name: 'gan-bench-adamw', description: 'TensorFlow', turns: ours },
    { name: 'torch-eager', description: 'PyTorch', turns: theirs },
  ];

  it('keeps every step and adds what they come to', () => {
    const { contenders } = reportOf(facts, records);
    expect(contenders.map(({ turns }) => turns)).toEqual([ours, theirs]);
    expect(contenders[0]).toMatchObject({ ratios: [1, 1, 1], imagesPerSecond: 1280 });
    expect(contenders[1]).toMatchObject({ ratios: [1.5, 0.8, 1.6], imagesPerSecond: 800 });
  });

  it('shows the medians and every pair', () => {
    const lines = markdownOf(reportOf(facts, records)).split('\n');
    expect(lines).toContain('| torch-eager | 160.0 | 800 | 1.500 | 1.150–1.550 | 1 | 0 | PyTorch |');
    expect(lines).toContain('| 2 | 200.0 (1.000) | 160.0 (0.800) | 4.4 % |');
    expect(lines).toContain('`npm run bench:peers --`, 2026-01-01T00:00:00.000Z, commit abc with changes.');
  });

  it('cannot do without the baseline', () => {
    expect(() => reportOf(facts, records.slice(1))).toThrow('gan-bench-adamw did not take part');
  });
});
