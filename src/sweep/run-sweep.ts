import { ReadableStream } from 'node:stream/web';
import type { SweepEvent } from './events.js';
import { Pool, type PoolOptions } from './pool.js';

/**
 * Trains members with a worker for each share of the machine, and tells what happens, in order, until none is left
 * that can be trained now. The members' folders have been looked at ({@link requireRunnable}) and `sweep.json` written.
 * What ends the reading of the events ends the workers at once.
 */
export async function* runSweep(options: PoolOptions): AsyncGenerator<SweepEvent, void> {
  const { stream, push, end } = openStream<SweepEvent>();
  const pool = new Pool(options, push);
  void pool.work().then(
    () => {
      end();
    },
    (error: unknown) => {
      end(error);
    },
  );
  try {
    yield* stream;
  } finally {
    pool.killAll();
  }
}

/** A stream that keeps what is pushed until it is read; what comes after its end is dropped. */
function openStream<T>() {
  let push = (_: T): void => undefined;
  let end = (_?: unknown): void => undefined;
  let isOpen = true;
  const stream = new ReadableStream<T>({
    start(controller) {
      push = (value) => {
        if (isOpen) controller.enqueue(value);
      };
      end = (error) => {
        if (isOpen && error === undefined) controller.close();
        else if (isOpen) controller.error(error);
        isOpen = false;
      };
    },
    cancel() {
      isOpen = false;
    },
  });
  return { stream, push, end };
}
