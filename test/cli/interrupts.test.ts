import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type Interrupts, listenForInterrupts } from '../../src/cli/interrupts.js';

let interrupts: Interrupts;
let said: string[];

beforeEach(() => {
  said = [];
  vi.spyOn(console, 'error').mockImplementation((line: string) => void said.push(line));
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code ?? 0}`);
  });
  interrupts = listenForInterrupts();
});
afterEach(() => {
  interrupts.stop();
  vi.restoreAllMocks();
});

describe('listening for Ctrl-C', () => {
  it('aborts the signal the first time and says what happens', () => {
    expect(interrupts.signal.aborted).toBe(false);
    process.emit('SIGINT', 'SIGINT');
    expect(interrupts.signal.aborted).toBe(true);
    expect(interrupts.exitCode).toBe(130);
    expect(said.join()).toContain('Press Ctrl-C again to stop at once.');
  });

  it('ends the process the second time', () => {
    process.emit('SIGINT', 'SIGINT');
    expect(() => process.emit('SIGINT', 'SIGINT')).toThrow('exit 130');
  });

  it('takes SIGTERM for the same wish, with an exit status of its own', () => {
    process.emit('SIGTERM', 'SIGTERM');
    expect(interrupts.signal.aborted).toBe(true);
    expect(interrupts.exitCode).toBe(143);
    expect(() => process.emit('SIGINT', 'SIGINT')).toThrow('exit 130');
  });

  it('gives the signals back when it stops', () => {
    const before = process.listenerCount('SIGINT');
    interrupts.stop();
    expect(process.listenerCount('SIGINT')).toBe(before - 1);
    expect(interrupts.signal.aborted).toBe(false);
  });
});
