import type { Retry } from '../data/download.js';
import type { DataEvent, DataProgress } from '../library/data.js';
import { formatDuration, percent } from '../support/text.js';
import { barOf } from './bar.js';
import { fitLine } from './fit.js';
import type { Output } from './output.js';

/** Shows how far a fetch is. */
export interface FetchDisplay {
  readonly onProgress: (progress: DataProgress) => void;
  readonly onRetry: (retry: Retry) => void;
  readonly stop: () => void;
}

const VERBS: Readonly<Record<DataProgress['phase'], string>> = {
  download: 'downloading',
  verify: 'verifying',
  extract: 'extracting',
  read: 'reading',
};

/**
 * A bar for each phase on a terminal, else a line at the start of each phase and at every tenth of the download.
 *
 * @param now - The clock in milliseconds, for tests.
 */
export function fetchDisplay(name: string, output: Output, now: () => number = Date.now): FetchDisplay {
  const onProgress =
    output.terminalColumns === undefined ? lineDisplay(name, output) : barDisplay(name, output, now);
  const stop = (): void => {
    output.setStatus(undefined);
  };
  return {
    onProgress,
    stop,
    onRetry: ({ reason, pauseMs, triesLeft }) => {
      stop();
      output.tell(
        `${name}: ${reason}; trying again in ${pauseMs / 1000} s (${triesLeft} more before giving up)`,
      );
    },
  };
}

/** Shows the fetches of a run or a sweep, one after another. */
export interface DataDisplay {
  on(event: DataEvent): void;
  /** Takes it away: something else goes on. */
  close(): void;
}

/** As {@link fetchDisplay}, of what is told as events; nothing when quiet. */
export function dataDisplay({
  output,
  quiet,
}: {
  readonly output: Output;
  readonly quiet: boolean;
}): DataDisplay {
  let shown: (FetchDisplay & { readonly dataset: string }) | undefined;
  const close = (): void => {
    shown?.stop();
    shown = undefined;
  };
  return {
    close,
    on(event) {
      if (quiet) return;
      const { dataset } = event;
      if (shown?.dataset !== dataset) {
        close();
        shown = { dataset, ...fetchDisplay(dataset, output) };
      }
      if (event.type === 'data-progress') shown.onProgress(event);
      else shown.onRetry(event);
    },
  };
}

function barDisplay(name: string, output: Output, now: () => number): FetchDisplay['onProgress'] {
  let start = { phase: '', at: 0, done: 0 };
  return (progress) => {
    const { phase, done, total } = progress;
    if (phase !== start.phase) start = { phase, at: now(), done };
    const known = total !== undefined && total > 0;
    const share = known ? done / total : 0;
    const seconds = (((now() - start.at) / 1000) * ((total ?? 0) - done)) / (done - start.done);
    const line = fitLine(
      [
        [5, `${name}: ${VERBS[phase]}`],
        [4, known ? barOf(share) : ''],
        [3, known ? percent(share, 0) : ''],
        [2, `${shown(progress, done)}${known ? ` of ${shown(progress, total)}` : ''} ${unitOf(progress)}`],
        [1, known && Number.isFinite(seconds) ? `${formatDuration(seconds)} left` : ''],
      ],
      (output.terminalColumns ?? Infinity) - 1,
    );
    output.setStatus(line);
  };
}

function lineDisplay(name: string, output: Output): FetchDisplay['onProgress'] {
  let phase: DataProgress['phase'] | undefined;
  let tenth = 0;
  return (progress) => {
    const { done, total } = progress;
    const reached = total === undefined || total === 0 ? 0 : Math.floor((10 * done) / total);
    const isNewPhase = progress.phase !== phase;
    phase = progress.phase;
    if (phase !== 'download') {
      if (isNewPhase) output.tell(`${name}: ${VERBS[phase]}`);
      return;
    }
    if (!isNewPhase && reached <= tenth) return;
    tenth = reached;
    const of = total === undefined ? '' : ` of ${shown(progress, total)}`;
    output.tell(`${name}: ${VERBS[phase]}, ${shown(progress, done)}${of} MB (${reached * 10}%)`);
  };
}

/** Bytes as megabytes with one decimal; files as they are. */
function shown(progress: DataProgress, value: number): string {
  return unitOf(progress) === 'files' ? String(value) : (value / 1e6).toFixed(1);
}

function unitOf({ phase }: DataProgress): string {
  return phase === 'extract' || phase === 'read' ? 'files' : 'MB';
}
