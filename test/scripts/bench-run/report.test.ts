import { describe, expect, it } from 'vitest';

import { describe as describeRounds, growthOf, ratiosOf } from '../../../scripts/bench-run/report.js';
import type { Round } from '../../../scripts/bench-run/report.js';

function round(adamwEpoch: number, ganEpoch: number): Round {
  const times = {
    ...{ stepsPerEpoch: 10, stepMilliseconds: 200, bareStepMilliseconds: 160 },
    ...{ statisticsMilliseconds: 5, othersShare: 0.02 },
  };
  return {
    adamw: { ...times, optimizer: 'adamw', epochMilliseconds: adamwEpoch },
    gan: { ...times, optimizer: 'gan', epochMilliseconds: ganEpoch, stepMilliseconds: 220 },
  };
}

describe('the ratios of runs and steps', () => {
  it('are taken round by round', () => {
    const ratios = ratiosOf([round(2000, 2200), round(2400, 2520)]);
    expect(Object.fromEntries(ratios.map(({ what, ratios: values }) => [what, values]))).toEqual({
      'adamw: epoch / (steps × full step)': [1, 1.2],
      'adamw: epoch / (steps × bare step)': [1.25, 1.5],
      'gan: epoch / (steps × full step)': [1, 2520 / 2200],
      'gan: epoch / (steps × bare step)': [1.375, 1.575],
      'adamw: (transform + statistics) / full step': [0.025, 0.025],
      'gan / adamw, epoch': [1.1, 1.05],
      'gan / adamw, full step': [1.1, 1.1],
    });
  });
});

const mark = (epoch: number, rssBytes: number) => {
  return { epoch, step: epoch, atMilliseconds: epoch, rssBytes, peakRssBytes: 2 * rssBytes };
};

describe('the growth of memory', () => {
  it('is counted from the second epoch', () => {
    expect(growthOf([mark(1, 50), mark(2, 100), mark(3, 130), mark(4, 110)])).toEqual({
      ...{ fromEpoch: 2, toEpoch: 4, rssBytes: 10, peakRssBytes: 20 },
    });
  });

  it('needs two epochs', () => {
    expect(() => growthOf([mark(1, 50)])).toThrow(RangeError);
  });
});

describe('the text', () => {
  const mebibyte = 2 ** 20;
  const marks = [mark(1, 0), mark(2, 100 * mebibyte), mark(3, 98.5 * mebibyte)];
  const lines = describeRounds([round(2000, 2200)], marks).split('\n');

  it('says what other processes had while steps were measured', () => {
    expect(lines[0]).toBe(
      'round 1, adamw: epoch of 10 steps 2000 ms, full step 200.0 ms, bare 160.0 ms, others 2.0 %',
    );
  });

  it('says when memory was given back', () => {
    expect(lines.at(-1)).toBe('memory from epoch 2 to 3: held −1.5 MiB, peak −3.0 MiB');
  });
});
