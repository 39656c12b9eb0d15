import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Purpose, randomStream } from '../../src/train/random.js';

const purposes = ['initialization', 'shuffle', 'augmentation', 'mixing'] as const satisfies Purpose[];
const names = fc.tuple(
  fc.nat(0xffffffff),
  fc.constantFrom(...purposes),
  fc.array(fc.oneof(fc.nat(1000), fc.constantFrom('stem.conv.kernel', 'head.bias')), { maxLength: 2 }),
);

function draw(stream: () => number, count: number): number[] {
  return Array.from({ length: count }, stream);
}

describe('a random stream', () => {
  it('is the same for the same name', () => {
    fc.assert(
      fc.property(names, ([seed, purpose, place]) => {
        const [once, again] = [1, 2].map(() => draw(randomStream(seed, purpose, ...place), 5));
        expect(once).toEqual(again);
      }),
    );
  });

  it('is another one for another name', () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        const [first, second] = [one, other].map(([seed, purpose, place]) =>
          draw(randomStream(seed, purpose, ...place), 3),
        );
        expect(first).not.toEqual(second);
      }),
    );
  });

  it('does not mix up places whose digits read the same', () => {
    const first = draw(randomStream(1, 'augmentation', 1, 12), 3);
    expect(draw(randomStream(1, 'augmentation', 11, 2), 3)).not.toEqual(first);
    expect(draw(randomStream(11, 'augmentation', 1, 2), 3)).not.toEqual(first);
  });

  it('is not moved by drawing from another one', () => {
    const alone = draw(randomStream(1, 'shuffle', 0), 4);
    const stream = randomStream(1, 'shuffle', 0);
    const other = randomStream(1, 'augmentation', 0);
    expect(Array.from({ length: 4 }, () => [stream(), other()][0])).toEqual(alone);
  });

  it('gives numbers in [0, 1) that are spread evenly', () => {
    const values = draw(randomStream(42, 'initialization', 'head.kernel'), 10_000);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const tenths = Array.from({ length: 10 }, (_, tenth) =>
      values.filter((x) => Math.floor(x * 10) === tenth),
    );
    // 1000 are expected in each, with a standard deviation of 30.
    for (const { length } of tenths) expect(Math.abs(length - 1000)).toBeLessThan(120);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.012);
  });

  it('draws the first numbers evenly over the streams of many batches', () => {
    const values = Array.from({ length: 10_000 }, (_, batch) => randomStream(1, 'mixing', 0, batch)());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.012);
  });
});
