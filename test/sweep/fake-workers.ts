import { join } from 'node:path';

import type { SweepEvent } from '../../src/sweep/events.js';
import type { PoolOptions } from '../../src/sweep/pool.js';
import { triesWith } from '../../src/sweep/queue.js';
import { runSweep } from '../../src/sweep/run-sweep.js';
import { memberStates } from '../../src/sweep/state.js';
import { memberKey } from '../../src/sweep/sweep.js';
import type { Sweep } from '../../src/sweep/sweep.js';
import type { Share } from '../../src/sweep/share.js';
import type { WorkerEnd, WorkerOptions } from '../../src/sweep/worker.js';
import { ends, makeRun } from '../record/run-folders.js';

export const share: Share = { processors: undefined, threads: 1, gpu: undefined };

/** A worker that a test has in its hands. */
export interface FakeWorker {
  readonly options: WorkerOptions;
  readonly key: string;
  /** What it was asked for. */
  readonly asked: ('stop' | 'kill')[];
  /** Ends it. */
  readonly end: (end: WorkerEnd) => void;
}

/** A way to start workers that does nothing but tell the test of each. */
export class FakeWorkers {
  readonly all: FakeWorker[] = [];
  readonly #react: (worker: FakeWorker, asked: 'start' | 'stop' | 'kill') => void;

  constructor(react: (worker: FakeWorker, asked: 'start' | 'stop' | 'kill') => void) {
    this.#react = react;
  }

  readonly start: PoolOptions['start'] = (options) => {
    let end: FakeWorker['end'] = () => undefined;
    const ended = new Promise<WorkerEnd>((resolve) => {
      end = resolve;
    });
    const worker: FakeWorker = { options, key: memberKey(options.member), asked: [], end };
    const ask = (wish: 'stop' | 'kill') => (): void => {
      worker.asked.push(wish);
      this.#react(worker, wish);
    };
    this.all.push(worker);
    queueMicrotask(() => {
      this.#react(worker, 'start');
    });
    return { ended, stop: ask('stop'), kill: ask('kill') };
  };
}

/** Leaves the folder of a finished run, and ends. */
export async function finish({ options, end }: FakeWorker, accuracy = 0.25): Promise<void> {
  const { member } = options;
  const folder = join(member.directory, '..');
  await makeRun(folder, member.seed, {
    config: member.config,
    accuracies: [accuracy],
    end: ends.finished,
  });
  end({ outcome: 'finished' });
}

export const failure = { outcome: 'failed', reason: 'the loss is NaN', lastLines: ['step 7'] } as const;

/** The events of a sweep whose members stand as their folders tell; `onEvent` hears each before the next is asked for. */
export async function eventsOf(
  sweep: Sweep,
  workers: FakeWorkers,
  {
    onEvent = () => undefined,
    ...changes
  }: Partial<PoolOptions> & { onEvent?: (event: SweepEvent) => void } = {},
): Promise<SweepEvent[]> {
  const events: SweepEvent[] = [];
  const { signal } = new AbortController();
  const options: PoolOptions = {
    ...{ sweep, file: join(sweep.directory, 'sweep.json'), states: await memberStates(sweep) },
    ...{ triesFor: triesWith(sweep.definition.retries), costOf: () => 1, start: workers.start },
    ...{ shares: [share], args: [], failFast: false, signal, killSignal: signal },
    ...changes,
  };
  for await (const event of runSweep(options)) {
    events.push(event);
    onEvent(event);
  }
  return events;
}

/** The types of events, with their members. */
export function outline(events: readonly SweepEvent[]): string[] {
  return events.map((event) =>
    'member' in event ? `${event.type} ${event.member}/seed-${event.seed}` : event.type,
  );
}
