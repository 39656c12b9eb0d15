import os from 'node:os';

/** The user's wish to stop. */
export interface Interrupts {
  /** Aborted by the first Ctrl-C (or SIGTERM). */
  readonly signal: AbortSignal;
  /** 128 + the number of the signal that came: 130 for Ctrl-C. */
  readonly exitCode: number;
  /** Gives the signals back to their defaults. */
  stop(): void;
}

/** From now on the first Ctrl-C asks to stop and the second one ends the process at once. */
export function listenForInterrupts(): Interrupts {
  const controller = new AbortController();
  let exitCode = 0;
  const onSignal = (name: 'SIGINT' | 'SIGTERM'): void => {
    exitCode = 128 + os.constants.signals[name];
    if (controller.signal.aborted) process.exit(exitCode);
    console.error('\nStopping: saving a checkpoint first. Press Ctrl-C again to stop at once.');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    stop() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
