import { describe, expect, it } from 'vitest';

import { repeat } from '../../src/bench/repeat.js';

/** Something that takes the given times, in turn and then the last for ever, by a clock that nothing else moves. */
function lasting(...lengths: readonly number[]) {
  let [time, calls] = [1000, 0];
  return {
    now: () => time,
    action: () => {
      time += lengths[Math.min(calls, lengths.length - 1)] ?? 0;
      return Promise.resolve(++calls);
    },
  };
}

const bounds = { warmup: 2, most: 8, milliseconds: 1000 };

describe('what is repeated to be timed', () => {
  it('is done as often as is allowed, after the warm-up', async () => {
    const { action, now } = lasting(70, 60, 50, 40);
    const { milliseconds, last } = await repeat(action, bounds, now);
    expect(milliseconds).toEqual([50, 40, 40, 40, 40, 40, 40, 40]);
    expect(last).toBe(10);
  });

  it('ends with the first that goes past the time', async () => {
    const { action, now } = lasting(400);
    expect((await repeat(action, bounds, now)).milliseconds).toEqual([400, 400, 400]);
  });

  it('is done twice at least, and warmed up once when it is slow', async () => {
    const { action, now } = lasting(9000, 5000);
    const { milliseconds, last } = await repeat(action, bounds, now);
    expect(milliseconds).toEqual([5000, 5000]);
    expect(last).toBe(3);
  });
});
