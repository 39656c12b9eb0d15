import { describe, expect, it } from 'vitest';
import type { TrainEvent } from '../../src/train/events.js';
import { combineListeners, follow, type TrainListener } from '../../src/record/listener.js';
import { epochEvent, runStarted, stepEvent } from './helpers.js';

describe('combineListeners', () => {
  it('tells everyone in order, waiting for each', async () => {
    const told: string[] = [];
    const both = combineListeners([
      {
        on: async (event) => {
          await Promise.resolve();
          told.push(`first ${event.type}`);
        },
      },
      { on: (event) => void told.push(`second ${event.type}`), close: () => void told.push('second closed') },
    ]);
    await both.on(runStarted());
    await both.close?.();
    expect(told).toEqual(['first run-started', 'second run-started', 'second closed']);
  });

  it('tells the others when one fails, then throws its error', async () => {
    const told: string[] = [];
    const both = combineListeners([
      { on: () => Promise.reject(new Error('the disk is full')) },
      { on: (event) => void told.push(event.type) },
    ]);
    await expect(both.on(runStarted())).rejects.toThrow('the disk is full');
    expect(told).toEqual(['run-started']);
  });
});

describe('follow', () => {
  const finished: TrainEvent = { type: 'run-finished', epoch: 1, step: 10 };

  /** A run that counts how far it was asked to go. */
  function run(events: readonly TrainEvent[]): { asked: () => number; events: AsyncIterable<TrainEvent> } {
    let asked = 0;
    async function* generate(): AsyncGenerator<TrainEvent> {
      for (const event of events) {
        asked += 1;
        yield await Promise.resolve(event);
      }
    }
    return { asked: () => asked, events: generate() };
  }

  /** Hears everything, and fails at events of one type. */
  function listener(
    told: TrainEvent[],
    failAt?: TrainEvent['type'],
  ): TrainListener & { closed: () => number } {
    let closed = 0;
    return {
      on(event) {
        told.push(event);
        if (event.type === failAt) throw new Error('the disk is full');
      },
      close: () => void (closed += 1),
      closed: () => closed,
    };
  }

  it('tells every event, closes the listener and returns the end', async () => {
    const told: TrainEvent[] = [];
    const events = [runStarted(), stepEvent(1), epochEvent(1), finished];
    const heard = listener(told);
    expect(await follow(run(events).events, heard)).toBe(finished);
    expect(told).toEqual(events);
    expect(heard.closed()).toBe(1);
  });

  it('stops the run when the listener fails, and tells it so', async () => {
    const told: TrainEvent[] = [];
    const training = run([runStarted(), stepEvent(10), epochEvent(1), stepEvent(11), finished]);
    const heard = listener(told, 'epoch');
    const end = await follow(training.events, heard);
    expect(end).toMatchObject({
      type: 'run-failed',
      epoch: 1,
      step: 10,
      error: { message: 'the disk is full' },
    });
    expect(told.at(-1)).toBe(end);
    expect(training.asked()).toBe(3);
    expect(heard.closed()).toBe(1);
  });

  it('reports the first failure when the listener fails at that too', async () => {
    const heard: TrainListener = {
      on: (event) =>
        Promise.reject(new Error(event.type === 'run-failed' ? 'still full' : 'the disk is full')),
    };
    expect(await follow(run([runStarted()]).events, heard)).toMatchObject({
      error: { message: 'the disk is full' },
    });
  });
});
