import { describe, expect, it } from 'vitest';

import { kernelRows, kernelTable } from '../../../scripts/gpu-pack/kernel-table.js';

const product = { kernel: 'convolution', problem: '4 × 9 × 2', bytes: 500_000, operations: 3_000_000 };
const sum = { kernel: 'channel sums', problem: '2', bytes: 250_000, operations: undefined };

describe('the kernels of a step', () => {
  it('are rows of one kernel on one problem, the longest first, with medians of the steps', () => {
    const step = (first: number, second: number, third: number) => [
      { ...sum, milliseconds: first },
      { ...product, milliseconds: second },
      { ...product, milliseconds: third },
    ];
    expect(kernelRows([step(1, 2, 3), step(1, 4, 5), step(7, 2, 2)])).toEqual([
      // 5, 9 and 4 milliseconds.
      { ...product, dispatches: 2, bytes: 1_000_000, operations: 6_000_000, milliseconds: 5 },
      { ...sum, dispatches: 1, milliseconds: 1 },
    ]);
  });

  it('are a table with the rates that follow, and their sum', () => {
    const rows = kernelRows([
      [
        { ...product, milliseconds: 2 },
        { ...sum, milliseconds: 0.5 },
      ],
    ]);
    expect(kernelTable(rows).split('\n')).toEqual([
      '| kernel | of | dispatches | MB | MFLOP | FLOP a byte | ms | GB/s | GFLOP/s |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      // 0.5 MB and 3 MFLOP in 2 ms.
      '| convolution | 4 × 9 × 2 | 1 | 0.500 | 3.00 | 6.00 | 2.00 | 0.250 | 1.50 |',
      '| channel sums | 2 | 1 | 0.250 |  |  | 0.500 | 0.500 |  |',
      '| all |  | 2 | 0.750 | 3.00 | 4.00 | 2.50 | 0.300 | 1.20 |',
    ]);
  });

  it('have no columns of times where the device tells none, and are in the order of their bytes', () => {
    const rows = kernelRows([
      [
        { ...sum, milliseconds: undefined },
        { ...product, milliseconds: undefined },
      ],
    ]);
    expect(rows.map(({ kernel }) => kernel)).toEqual(['convolution', 'channel sums']);
    expect(kernelTable(rows)).not.toContain('| ms |');
  });
});
