import process from 'node:process';
import { Worker } from 'node:worker_threads';

import { STOP, type WorkerMessage } from '../sweep/worker-messages.js';

/** The process that started this one and listens to it. */
export interface Parent {
  /** Aborted when it asks to stop, and when it is gone. */
  readonly signal: AbortSignal;
  /** Whether it has taken all that it was told; one that is suspended takes nothing. */
  readonly isListening: boolean;
  tell(message: WorkerMessage): void;
  /** Waits until it has taken everything, and lets it go. */
  close(): Promise<void>;
}

/** Sent to this process alone: a parent's Ctrl-C does not come here. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The parent of this process, where there is one that listens; undefined for a command that was typed. */
export function connectParent(): Parent | undefined {
  if (process.send === undefined) return undefined;
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
  };
  process.on('message', (message) => {
    if (message === STOP) stop();
  });
  process.on('disconnect', stop);
  for (const name of SIGNALS) process.on(name, stop);
  // It may be gone before anybody listened; nothing more is heard then.
  if (!process.connected) stop();
  endWithParent();
  let [pending, onIdle] = [0, (): void => undefined];
  return {
    signal: controller.signal,
    get isListening() {
      return pending === 0;
    },
    tell(message) {
      if (!process.connected) return;
      pending += 1;
      // A parent that is gone is noticed by itself.
      process.send?.(message, undefined, undefined, () => {
        pending -= 1;
        if (pending === 0) onIdle();
      });
    },
    async close() {
      if (pending > 0) await new Promise<void>((resolve) => (onIdle = resolve));
      if (process.connected) process.disconnect();
    },
  };
}

/** Looks, a second apart, that a process without a parent has for the step in progress and a checkpoint. */
const PATIENCE = 120;

const WATCH = `
const { parent, patience, pause } = require('node:worker_threads').workerData;
let looks = 0;
setInterval(() => {
  if (process.ppid !== parent && ++looks > patience) process.kill(process.pid, 'SIGKILL');
}, pause);
`;

/**
 * Ends this process some time after its parent, should it not end by itself: the main thread hears of nothing while it
 * is in native code. Looks are counted, not seconds: a machine may sleep.
 *
 * @param options.pause between two looks, in milliseconds
 */
export function endWithParent({ patience = PATIENCE, pause = 1000 } = {}): void {
  const workerData = { parent: process.ppid, patience, pause };
  new Worker(WATCH, { eval: true, execArgv: [], workerData }).unref();
}
