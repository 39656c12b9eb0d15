import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type Interrupts, listenForInterrupts } from '../../src/cli/interrupts.js';
import { capturePrinted, type Printed } from './printed.js';

let interrupts: Interrupts;
let printed: Printed;

beforeEach(() => {
  printed = capturePrinted();
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code ?? 0}`);
  });
  interrupts = listenForInterrupts('Go on.');
});
afterEach(() => {
  interrupts.stop();
  vi.restoreAllMocks();
});

describe('listening for Ctrl-C', () => {
  it('aborts the signal the first time and says what happens, in a line of its own', () => {
    expect(interrupts.signal.aborted).toBe(false);
    process.emit('SIGINT', 'SIGINT');
    expect(interrupts.signal.aborted).toBe(true);
    expect(interrupts.exitCode).toBe(130);
    expect(printed.err).toBe('Stopping: saving a checkpoint first. Press Ctrl-C again to stop at once.\n');
  });

  it('ends the process the second time, and says how to go on', () => {
    process.emit('SIGINT', 'SIGINT');
    expect(() => process.emit('SIGINT', 'SIGINT')).toThrow('exit 130');
    expect(printed.err).toMatch(/\nGo on\.\n$/);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('takes %s for the same wish, with an exit status of its own', (name, status) => {
    process.emit(name, name);
    expect(interrupts.signal.aborted).toBe(true);
    expect(interrupts.exitCode).toBe(status);
    expect(() => process.emit('SIGINT', 'SIGINT')).toThrow('exit 130');
  });

  it('takes no second SIGHUP for impatience: a terminal that is closed sends two', () => {
    process.emit('SIGHUP', 'SIGHUP');
    process.emit('SIGHUP', 'SIGHUP');
    expect(interrupts.exitCode).toBe(129);
  });

  it('gives the signals back when it stops', () => {
    const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    const before = names.map((name) => process.listenerCount(name));
    interrupts.stop();
    expect(names.map((name) => process.listenerCount(name))).toEqual(before.map((count) => count - 1));
    expect(interrupts.signal.aborted).toBe(false);
  });
});
