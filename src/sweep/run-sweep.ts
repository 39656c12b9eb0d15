import { openStream } from '../support/stream.js';
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
