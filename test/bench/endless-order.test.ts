import { expect, it } from 'vitest';

import { EndlessOrder } from '../../src/bench/endless-order.js';

const sorted = (numbers: Uint32Array): number[] => [...numbers].sort((a, b) => a - b);

it('gives every image once an epoch, in another order each time', () => {
  const order = new EndlessOrder(20, 42);
  const [first, second] = [order.next(20), order.next(20)];
  const all = Array.from({ length: 20 }, (_, index) => index);
  expect([sorted(first), sorted(second)]).toEqual([all, all]);
  expect(first).not.toEqual(second);
});

it('lets batches run across the end of an epoch', () => {
  const [whole, parts] = [new EndlessOrder(5, 42), new EndlessOrder(5, 42)];
  const expected = [...whole.next(5), ...whole.next(5)];
  expect([...parts.next(3), ...parts.next(4), ...parts.next(3)]).toEqual(expected);
});

it('fills a batch that is larger than an epoch', () => {
  const batch = new EndlessOrder(3, 42).next(7);
  expect(sorted(batch.subarray(0, 3))).toEqual([0, 1, 2]);
  expect(sorted(batch.subarray(3, 6))).toEqual([0, 1, 2]);
});
