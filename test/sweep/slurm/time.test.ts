import { describe, expect, it } from 'vitest';

import { secondsOf } from '../../../src/sweep/slurm/time.js';

describe('times as SLURM writes them', () => {
  it.each([
    ['90', 90 * 60],
    ['90:30', 90 * 60 + 30],
    ['2:30:05', 9005],
    ['1-12', 36 * 3600],
    ['1-00:30', 24 * 3600 + 1800],
    ['1-01:01:01', 24 * 3600 + 3661],
  ])('%s', (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds);
  });

  it.each(['', 'an hour', '1:2:3:4', '-5', '1.5', '1-', 'INFINITE'])('"%s" is none', (text) => {
    expect(secondsOf(text)).toBeUndefined();
  });
});
