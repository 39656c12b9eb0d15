import type { TrainEvent } from '../train/events.js';

/** Somebody who is told what happens in a training run: a recorder that writes files, a display that shows progress. */
export interface TrainListener {
  on(event: TrainEvent): Promise<void> | void;
  /** Ends what the listener has open (a progress bar, a file); called once, also after a failure. */
  close?(): Promise<void> | void;
}

/**
 * One listener that tells several, one after another. Each is told even when an earlier one failed, so that a full
 * disk under one file does not cost the rows of another; the first failure is then thrown.
 */
export function combineListeners(listeners: readonly TrainListener[]): TrainListener {
  const tellAll = async (tell: (listener: TrainListener) => Promise<void> | void): Promise<void> => {
    const failures: unknown[] = [];
    for (const listener of listeners) {
      try {
        await tell(listener);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
  return {
    on: (event) => tellAll((listener) => listener.on(event)),
    close: () => tellAll((listener) => listener.close?.()),
  };
}
