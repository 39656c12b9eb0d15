import { Worker } from 'node:worker_threads';

/** The last key of a lock. Its value always has the same length, so that it can be written over in place. */
export const BEAT_KEY = 'beatAt';

/** What follows the value, and the value, in bytes: `"\n}\n` and a time as Date.toISOString has it. */
const AFTER_BEAT = 4;
const BEAT = 24;

/**
 * Why a thread: a training step can block the event loop, and its timers, for minutes. The thread takes 10 MB, once in a
 * process. It writes into the file that it has opened and in which it has found the holder's token, never to a name:
 * a lock that was taken over is not brought back, nor is one that took its number written to.
 */
const BEAT_ON = `
const { closeSync, fdatasyncSync, fstatSync, openSync, readFileSync, writeSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
const timers = new Map();
function beat({ file, token }, last) {
  const time = Math.max(Date.now(), last + 1);
  let handle;
  try {
    handle = openSync(file, 'r+');
    if (JSON.parse(readFileSync(handle, 'utf8')).token !== token) return last;
    writeSync(handle, new Date(time).toISOString(), fstatSync(handle).size - ${AFTER_BEAT + BEAT});
    fdatasyncSync(handle);
  } catch {
    // The next one may get through; whether the lock is still there is seen before anything is written under it.
  } finally {
    try { if (handle !== undefined) closeSync(handle); } catch {}
  }
  return time;
}
parentPort.on('message', ({ start, stop }) => {
  clearInterval(timers.get(stop));
  timers.delete(stop);
  if (start === undefined) return;
  let last = beat(start, start.last);
  timers.set(start.token, setInterval(() => { last = beat(start, last); }, start.everyMilliseconds));
});
`;

/** A lock that is kept alive. */
export interface BeatingLock {
  readonly file: string;
  readonly token: string;
  /** The sign of life that it was made with, in milliseconds since 1970. */
  readonly last: number;
  readonly everyMilliseconds: number;
}

let thread: Worker | undefined;

/**
 * From now on a lock gets a sign of life every so often, while this process is there, whatever its event loop does.
 * Where it cannot be written, or no thread be had, there is none: the lock may then be taken over from another machine.
 * @returns a function that ends it
 */
export function startHeartbeat(lock: BeatingLock): () => void {
  thread ??= startThread();
  thread.postMessage({ start: lock });
  return () => thread?.postMessage({ stop: lock.token });
}

/** One for all locks of the process; it does not keep the process alive. */
function startThread(): Worker {
  const worker = new Worker(BEAT_ON, {
    eval: true,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  worker.unref();
  // Without a listener the end of the thread would be the end of the process.
  worker.on('error', () => undefined);
  return worker;
}
