import { describe, expect, it } from 'vitest';
import { combineListeners } from '../../src/record/listener.js';
import { runStarted } from './helpers.js';

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
