import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fitLine, type Part } from '../../src/cli/fit.js';

describe('a line that must fit', () => {
  const parts: readonly Part[] = [
    [2, 'seed 42'],
    [3, 'epoch 1/2'],
    [1, 'loss 4.05'],
  ];

  it.each([
    [undefined, 'seed 42  epoch 1/2  loss 4.05'],
    [29, 'seed 42  epoch 1/2  loss 4.05'],
    [28, 'seed 42  epoch 1/2'],
    [17, 'epoch 1/2'],
    [3, 'epoch 1/2'],
  ])('of %s columns keeps the parts that are worth most, in their order', (columns, line) => {
    expect(fitLine(parts, columns)).toBe(line);
  });

  it('loses the last of parts that are worth as much', () => {
    const alike: readonly Part[] = [
      [1, 'a'],
      [1, 'b'],
      [2, 'c'],
    ];
    expect(fitLine(alike, 4)).toBe('a  c');
  });

  it('leaves out what is empty', () => {
    expect(
      fitLine([
        [1, ''],
        [2, 'a'],
        [3, ''],
        [4, 'b'],
      ]),
    ).toBe('a  b');
  });

  it('is never wider than the columns, unless one part alone is', () => {
    const part = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.string({ minLength: 1, maxLength: 9 }));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), fc.integer({ min: 9, max: 60 }), (some, columns) => {
        expect(fitLine(some, columns).length).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
