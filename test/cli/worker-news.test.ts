import { describe, expect, it } from 'vitest';

import { parentReporter, progressNews } from '../../src/cli/worker-news.js';
import { parseMessage, type WorkerMessage } from '../../src/sweep/worker-messages.js';
import { epochEvent, runStarted, stepEvent } from '../record/helpers.js';

/** A parent that takes what it is told, when it listens. */
function parent() {
  const told: WorkerMessage[] = [];
  return {
    told,
    isListening: true,
    signal: new AbortController().signal,
    tell: (message: WorkerMessage) => told.push(message),
    close: () => Promise.resolve(),
  };
}

const about = (seconds: number): unknown => expect.closeTo(seconds);

describe('the progress of a worker', () => {
  it('is told at its start, of its epochs, and of steps a few times a second', async () => {
    const listener = parent();
    let milliseconds = 0;
    const news = progressNews(listener, () => milliseconds);
    await news.on(runStarted({ epoch: 1, step: 10 }));
    for (let step = 11; step <= 20; step++) {
      milliseconds += 100;
      await news.on(stepEvent(step));
    }
    await news.on(epochEvent(2, { testAccuracy: 0.25 }));
    const whole = { type: 'progress', epochs: 3, totalSteps: 30, testAccuracy: undefined };
    expect(listener.told).toEqual([
      { ...whole, epoch: 1, step: 10, secondsLeft: undefined },
      // A tenth of a second a step.
      { ...whole, epoch: 1, step: 13, secondsLeft: about(1.7) },
      { ...whole, epoch: 1, step: 16, secondsLeft: about(1.4) },
      { ...whole, epoch: 1, step: 19, secondsLeft: about(1.1) },
      { ...whole, epoch: 2, step: 20, secondsLeft: about(1), testAccuracy: 0.25 },
    ]);
  });

  it('does not pile up before a parent that takes nothing', async () => {
    const listener = { ...parent(), isListening: false };
    const news = progressNews(listener, () => 1e6 * listener.told.length);
    for (const event of [runStarted(), stepEvent(1), stepEvent(2)]) await news.on(event);
    expect(listener.told).toHaveLength(1);
  });
});

it('a note is told line by line', async () => {
  const listener = parent();
  const reporter = parentReporter(listener, { debug: false });
  await reporter.on({ type: 'note', seed: 1, text: 'one\ntwo' });
  expect(listener.told).toEqual([
    { type: 'note', line: 'note: one' },
    { type: 'note', line: 'two' },
  ]);
});

describe('what a parent hears', () => {
  it('is what a worker sent, less what JSON leaves out', async () => {
    const listener = parent();
    await progressNews(listener, () => 0).on(runStarted());
    const [sent] = listener.told;
    expect(parseMessage(JSON.parse(JSON.stringify(sent)))).toEqual(sent);
    const end = { type: 'ended', end: { outcome: 'failed', reason: 'why' } };
    expect(parseMessage(end)).toEqual(end);
  });

  it.each([
    undefined,
    'ended',
    { type: 'progress', epoch: -1 },
    { type: 'note' },
    { type: 'ended', end: { outcome: 'failed' } },
  ])('is nothing where no worker would send that: %j', (message) => {
    expect(parseMessage(message)).toBeUndefined();
  });
});
