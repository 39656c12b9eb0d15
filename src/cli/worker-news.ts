import { inspect } from 'node:util';

import type { TrainListener } from '../record/listener.js';
import type { WorkerNews } from '../sweep/worker-messages.js';
import { output } from './output.js';
import { Pace } from './pace.js';
import type { Parent } from './parent.js';
import type { Reporter } from './reporter.js';

/** Between two reports of steps. */
const PAUSE_MILLISECONDS = 300;

type Progress = Extract<WorkerNews, { type: 'progress' }>;

/** Reports to the process that started this one. Why a run failed is told with its end, where it came from on standard error. */
export function parentReporter(parent: Parent, { debug }: { readonly debug: boolean }): Reporter {
  const news = progressNews(parent);
  const fail = (error: unknown): void => {
    if (debug) output.tell(inspect(error));
  };
  return {
    fail,
    close: () => undefined,
    async on(event) {
      if (event.type === 'note') {
        for (const line of `note: ${event.text}`.split('\n')) parent.tell({ type: 'note', line });
      } else if (event.type === 'run-failed') fail(event.error);
      else if (event.type === 'run-started' || event.type === 'step' || event.type === 'epoch')
        await news.on(event);
    },
  };
}

/**
 * Tells how far a run is: at its start, after each epoch, and of steps a few times a second, as long as the parent
 * takes it.
 *
 * @param now the clock in milliseconds, for tests
 */
export function progressNews(
  parent: Pick<Parent, 'isListening' | 'tell'>,
  now: () => number = Date.now,
): TrainListener {
  let pace: Pace | undefined;
  let state: Progress | undefined;
  let toldAt = -Infinity;
  const tell = (changes: Partial<Progress>, isDue: boolean): void => {
    if (state === undefined) return;
    state = { ...state, ...changes };
    if (!isDue) return;
    toldAt = now();
    parent.tell(state);
  };
  return {
    on(event) {
      if (event.type === 'run-started') {
        const { epochs, totalSteps, resumedFrom } = event;
        const { epoch, step } = resumedFrom ?? { epoch: 0, step: 0 };
        pace = new Pace(totalSteps, step, now);
        state = { type: 'progress', ...{ epoch, epochs, step, totalSteps }, ...unknown };
        tell({}, true);
      } else if (event.type === 'step') {
        const isDue = parent.isListening && now() - toldAt >= PAUSE_MILLISECONDS;
        tell({ step: event.step, secondsLeft: pace?.secondsLeft(event.step) }, isDue);
      } else if (event.type === 'epoch') {
        tell({ epoch: event.metrics.epoch, testAccuracy: event.metrics.testAccuracy }, true);
      }
    },
  };
}

const unknown = { testAccuracy: undefined, secondsLeft: undefined } as const;
