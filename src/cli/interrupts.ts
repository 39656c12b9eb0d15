import os from 'node:os';
import process from 'node:process';

import { ownJob } from '../sweep/slurm/requeue.js';
import { output } from './output.js';

/** The user's wish to stop, or SLURM's. */
export interface Interrupts {
  /** Aborted by the first Ctrl-C (or SIGTERM, or SIGHUP: the terminal was closed). */
  readonly signal: AbortSignal;
  /** 128 + the number of the signal that came: 130 for Ctrl-C. */
  readonly exitCode: number;
  /**
   * Whether the process was only warned that its job has to make way, by SIGUSR2, and may go on in another turn. SIGTERM
   * after that takes it back: the job was cancelled, or SLURM ends it itself.
   */
  readonly isOnlyWarned: boolean;
  /** Gives the signals back to their defaults. */
  stop(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What a batch script of a sweep asks SLURM to send ahead of the end. SIGUSR1 would be Node's debugger. */
const WARNING = 'SIGUSR2';
type Name = (typeof SIGNALS)[number] | typeof WARNING;

/**
 * From now on the first Ctrl-C asks to stop and the second one ends the process at once. In a SLURM job its warning asks
 * to stop as well.
 *
 * @param lastWords told when the process ends at once
 * @param endWorkers what the second Ctrl-C does where there are other processes to be ended first; the third then ends
 *   this one
 */
export function listenForInterrupts(lastWords: string, endWorkers?: () => void): Interrupts {
  const controller = new AbortController();
  const names: readonly Name[] = ownJob() === undefined ? SIGNALS : [...SIGNALS, WARNING];
  let isEnding = endWorkers === undefined;
  let last: Name | undefined;
  const onSignal = (name: Name): void => {
    if (last === undefined || last === WARNING) {
      if (last === name) return;
      last = name;
      output.tell(firstWords(name));
      controller.abort();
    } else if (name === 'SIGHUP' || name === WARNING) {
      // SIGHUP comes twice where a terminal is closed, from the shell and from the system: nobody is impatient.
      return;
    } else if (!isEnding) {
      isEnding = true;
      output.tell('Stopping at once.');
      endWorkers?.();
    } else {
      output.setStatus(undefined);
      output.tell(lastWords);
      process.exit(128 + os.constants.signals[name]);
    }
  };
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    get exitCode() {
      return last === undefined ? 0 : 128 + os.constants.signals[last];
    },
    get isOnlyWarned() {
      return last === WARNING;
    },
    stop() {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

/**
 * Does a piece of work that Ctrl-C may stop; it then says how to go on and sets the exit status.
 *
 * @param again the command that goes on where this one was stopped
 * @returns whether it was stopped by no more than the warning of SLURM that this job has to make way
 */
export async function doInterruptibly(
  again: string,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const goOn = `Go on with: ${again}`;
  const interrupts = listenForInterrupts(goOn);
  const { signal } = interrupts;
  try {
    await work(signal);
  } catch (error) {
    // What Ctrl-C ended before the first seed, such as a download, throws the signal's reason.
    if (!signal.aborted || error !== signal.reason) throw error;
  } finally {
    interrupts.stop();
  }
  if (!signal.aborted) return false;
  output.tell(goOn);
  process.exitCode = interrupts.exitCode;
  return interrupts.isOnlyWarned;
}

function firstWords(name: Name): string {
  return name === WARNING
    ? 'Stopping: SLURM takes the node back soon; saving a checkpoint first.'
    : 'Stopping: saving a checkpoint first. Press Ctrl-C again to stop at once.';
}
