import { performance } from 'node:perf_hooks';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { medianOf, spreadOf } from '../../src/bench/measurement.js';
import { PhaseClock } from '../../src/bench/phase-clock.js';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the spread of measured values', () => {
  it('has quartiles interpolated between neighbours', () => {
    // Sorted 1 2 3 4; the quartiles lie 0.75, 1.5 and 2.25 places after the first.
    expect(spreadOf([4, 1, 3, 2])).toEqual({ min: 1, lowerQuartile: 1.75, median: 2.5, upperQuartile: 3.25 });
  });

  it('of one value is that value', () => {
    expect(spreadOf([7])).toEqual({ min: 7, lowerQuartile: 7, median: 7, upperQuartile: 7 });
  });

  it('does not exist for no values', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
    expect(() => medianOf([])).toThrow('an empty list has no median');
  });
});

describe('the phase clock', () => {
  it('gives each phase the time since the last mark, and the end to the rest', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(100);
    const clock = new PhaseClock();
    now.mockReturnValueOnce(103);
    clock.mark('batch');
    now.mockReturnValueOnce(110);
    clock.mark('forward');
    now.mockReturnValueOnce(112);
    const { milliseconds, phases } = clock.stop();
    expect(milliseconds).toBe(12);
    expect(phases).toEqual({
      ...{ batch: 3, forward: 7, backward: 0, transform: 0, update: 0, statistics: 0, rest: 2 },
    });
  });
});
