import os from 'node:os';
import process from 'node:process';

import { output } from './output.js';

/** The user's wish to stop. */
export interface Interrupts {
  /** Aborted by the first Ctrl-C (or SIGTERM, or SIGHUP: the terminal was closed). */
  readonly signal: AbortSignal;
  /** 128 + the number of the signal that came: 130 for Ctrl-C. */
  readonly exitCode: number;
  /** Gives the signals back to their defaults. */
  stop(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * From now on the first Ctrl-C asks to stop and the second one ends the process at once.
 *
 * @param lastWords told when the process ends at once
 * @param endWorkers what the second Ctrl-C does where there are other processes to be ended first; the third then ends
 *   this one
 */
export function listenForInterrupts(lastWords: string, endWorkers?: () => void): Interrupts {
  const controller = new AbortController();
  let isEnding = endWorkers === undefined;
  let exitCode = 0;
  const onSignal = (name: (typeof SIGNALS)[number]): void => {
    if (!controller.signal.aborted) {
      exitCode = 128 + os.constants.signals[name];
      output.tell('Stopping: saving a checkpoint first. Press Ctrl-C again to stop at once.');
      controller.abort();
    } else if (name === 'SIGHUP') {
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
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    stop() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
