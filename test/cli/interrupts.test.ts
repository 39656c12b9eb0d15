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

  it('ends other processes the second time where there are some, and its own the third time', () => {
    interrupts.stop();
    const endWorkers = vi.fn();
    interrupts = listenForInterrupts('Go on.', endWorkers);
    process.emit('SIGINT', 'SIGINT');
    expect(endWorkers).not.toHaveBeenCalled();
    process.emit('SIGTERM', 'SIGTERM');
    expect(endWorkers).toHaveBeenCalledOnce();
    expect(printed.err).toMatch(/\nStopping at once\.\n$/);
    expect(() => process.emit('SIGINT', 'SIGINT')).toThrow('exit 130');
    expect(endWorkers).toHaveBeenCalledOnce();
  });

  it('gives the signals back when it stops', () => {
    const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    const before = names.map((name) => process.listenerCount(name));
    interrupts.stop();
    expect(names.map((name) => process.listenerCount(name))).toEqual(before.map((count) => count - 1));
    expect(interrupts.signal.aborted).toBe(false);
  });
});

describe('listening for the warning of SLURM', () => {
  const inJob = (): Interrupts => {
    vi.stubEnv('SLURM_JOB_ID', '17');
    interrupts.stop();
    interrupts = listenForInterrupts('Go on.');
    return interrupts;
  };
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('leaves SIGUSR2 alone outside of a job', () => {
    vi.stubEnv('SLURM_JOB_ID', undefined);
    const before = process.listenerCount('SIGUSR2');
    listenForInterrupts('Go on.').stop();
    expect(process.listenerCount('SIGUSR2')).toBe(before);
    expect(before).toBe(0);
  });

  it('takes it for a wish to stop, and a second one for the same', () => {
    const { signal } = inJob();
    process.emit('SIGUSR2', 'SIGUSR2');
    process.emit('SIGUSR2', 'SIGUSR2');
    expect(signal.aborted).toBe(true);
    expect(interrupts.isOnlyWarned).toBe(true);
    expect(interrupts.exitCode).toBe(140);
    expect(printed.err).toBe('Stopping: SLURM takes the node back soon; saving a checkpoint first.\n');
  });

  it('goes on saving when SIGTERM follows, which takes the warning back: the job ends', () => {
    inJob();
    process.emit('SIGUSR2', 'SIGUSR2');
    process.emit('SIGTERM', 'SIGTERM');
    expect(interrupts.isOnlyWarned).toBe(false);
    expect(interrupts.exitCode).toBe(143);
    expect(() => process.emit('SIGTERM', 'SIGTERM')).toThrow('exit 143');
  });

  it('is no matter once the job was told to stop', () => {
    inJob();
    process.emit('SIGTERM', 'SIGTERM');
    process.emit('SIGUSR2', 'SIGUSR2');
    expect(interrupts.isOnlyWarned).toBe(false);
    expect(interrupts.exitCode).toBe(143);
  });
});
