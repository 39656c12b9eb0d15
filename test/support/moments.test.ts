import { describe, expect, it } from 'vitest';
import { meanAndStd } from '../../src/support/moments.js';

describe('meanAndStd', () => {
  it('divides the squares by n - 1', () => {
    // Mean 5; deviations -3, -1, -1, -1, 0, 0, 2, 4; squares sum to 32; 32 / 7.
    expect(meanAndStd([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ mean: 5, std: Math.sqrt(32 / 7) });
    expect(meanAndStd([0.25, 0.75])).toEqual({ mean: 0.5, std: Math.sqrt(0.125) });
  });

  it('has no std of one value, and nothing of none', () => {
    expect(meanAndStd([0.5])).toEqual({ mean: 0.5, std: undefined });
    expect(meanAndStd([])).toEqual({ mean: undefined, std: undefined });
  });
});
