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

/** How a run ended. */
export type RunEnd = Extract<TrainEvent, { type: 'run-finished' | 'run-interrupted' | 'run-failed' }>;

/**
 * Tells a listener the events of a run, one at a time, and closes it at the end. When the listener itself fails (a full
 * disk), the run stops there and the listener is told that it failed, so that the manifest does not stay `running`.
 * @returns the last event
 */
export async function follow(events: AsyncIterable<TrainEvent>, listener: TrainListener): Promise<RunEnd> {
  let progress = { epoch: 0, step: 0 };
  try {
    for await (const event of events) {
      progress = progressAfter(event) ?? progress;
      await listener.on(event);
      if (isEnd(event)) return event;
    }
    throw new Error('the run ended without saying how');
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const failure: RunEnd = { type: 'run-failed', ...progress, error };
    // The first failure is the one to report.
    await Promise.resolve(listener.on(failure)).catch(() => undefined);
    return failure;
  } finally {
    await listener.close?.();
  }
}

/** Completed epochs and steps done after an event, where it tells. */
function progressAfter(event: TrainEvent): { epoch: number; step: number } | undefined {
  switch (event.type) {
    case 'run-started':
      return event.resumedFrom;
    case 'step':
      return { epoch: event.epoch - 1, step: event.step };
    case 'epoch':
      return { epoch: event.metrics.epoch, step: event.metrics.step };
    case 'checkpoint':
    case 'run-finished':
    case 'run-interrupted':
    case 'run-failed':
      return { epoch: event.epoch, step: event.step };
  }
}

function isEnd(event: TrainEvent): event is RunEnd {
  return event.type === 'run-finished' || event.type === 'run-interrupted' || event.type === 'run-failed';
}
