import { describe, expect, it } from 'vitest';

import { digestOf } from '../../../scripts/gpu-pack/measured.js';

const turn = (...milliseconds: readonly number[]): string =>
  JSON.stringify({
    milliseconds,
    cpuBefore: 0,
    cpuAfter: 1,
    peakRssBytes: 1,
    pageFaults: 0,
    hugePageBytes: null,
  });

describe('the line on a measurement', () => {
  it("of PyTorch's has the median of the last turn, and the card", () => {
    const ready = JSON.stringify({ ready: 'PyTorch 2.13.0, Some Card' });
    const text = ['a warning', ready, turn(900, 30), turn(12, 10, 11), 'exit status 0 after 9 s'].join('\n');
    expect(digestOf(text)).toBe('11.00 ms a step; PyTorch 2.13.0, Some Card');
  });

  it('is refused where nothing was measured', () => {
    expect(() => digestOf('Traceback\nRuntimeError: CUDA error\n')).toThrow('there is no measurement');
    expect(() => digestOf(`${JSON.stringify({ ready: 'PyTorch' })}\n`)).toThrow('there is no measurement');
  });
});
