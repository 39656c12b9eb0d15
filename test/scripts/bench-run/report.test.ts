import { describe, expect, it } from 'vitest';

import { growthOf, ratiosOf } from '../../../scripts/bench-run/report.js';
import type { Round } from '../../../scripts/bench-run/report.js';

function round(adamwEpoch: number, ganEpoch: number): Round {
  const times = { stepsPerEpoch: 10, stepMilliseconds: 200, bareStepMilliseconds: 160 };
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
      'gan / adamw, epoch': [1.1, 1.05],
      'gan / adamw, full step': [1.1, 1.1],
    });
  });
});

describe('the growth of memory', () => {
  const mark = (epoch: number, rssBytes: number) => {
    return { epoch, step: epoch, atMilliseconds: epoch, rssBytes, peakRssBytes: 2 * rssBytes };
  };

  it('is counted from the second epoch', () => {
    expect(growthOf([mark(1, 50), mark(2, 100), mark(3, 130), mark(4, 110)])).toEqual({
      ...{ fromEpoch: 2, toEpoch: 4, rssBytes: 10, peakRssBytes: 20 },
    });
  });

  it('needs two epochs', () => {
    expect(() => growthOf([mark(1, 50)])).toThrow(RangeError);
  });
});
