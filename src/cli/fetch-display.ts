import type { WriteStream } from 'node:tty';
import { Presets, SingleBar } from 'cli-progress';
import type { Retry } from '../data/download.js';
import type { FetchProgress } from '../data/fetch.js';

/** Shows how far a fetch is. */
export interface FetchDisplay {
  readonly onProgress: (progress: FetchProgress) => void;
  readonly onRetry: (retry: Retry) => void;
  readonly stop: () => void;
}

const VERBS: Readonly<Record<FetchProgress['phase'], string>> = {
  download: 'downloading',
  verify: 'verifying',
  extract: 'extracting',
};

/** A bar for each phase on a terminal, else a line at the start of each phase and at every tenth of the download. */
export function fetchDisplay(name: string, stream: WriteStream): FetchDisplay {
  const show = stream.isTTY ? barDisplay(name, stream) : lineDisplay(name, stream);
  return {
    ...show,
    onRetry: ({ reason, pauseMs, triesLeft }) => {
      show.stop();
      stream.write(
        `${name}: ${reason}; trying again in ${pauseMs / 1000} s (${triesLeft} more before giving up)\n`,
      );
    },
  };
}

type ProgressDisplay = Omit<FetchDisplay, 'onRetry'>;

function barDisplay(name: string, stream: WriteStream): ProgressDisplay {
  let bar: SingleBar | undefined;
  let phase: FetchProgress['phase'] | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
    phase = undefined;
  };
  return {
    stop,
    onProgress: (progress) => {
      if (progress.phase !== phase) {
        stop();
        phase = progress.phase;
        const unit = progress.phase === 'extract' ? 'files' : 'MB';
        const format = `${name}: ${VERBS[progress.phase]} {bar} {percentage}% | {value}/{total} ${unit} | {eta_formatted} left`;
        bar = new SingleBar({ format, stream, hideCursor: true, etaBuffer: 50 }, Presets.shades_classic);
        bar.start(shown(progress, progress.total ?? 0), shown(progress, progress.done));
      }
      bar?.update(shown(progress, progress.done));
    },
  };
}

function lineDisplay(name: string, stream: WriteStream): ProgressDisplay {
  let phase: FetchProgress['phase'] | undefined;
  let tenth = 0;
  return {
    stop: () => undefined,
    onProgress: (progress) => {
      const { done, total } = progress;
      const reached = total === undefined || total === 0 ? 0 : Math.floor((10 * done) / total);
      const isNewPhase = progress.phase !== phase;
      phase = progress.phase;
      if (phase !== 'download') {
        if (isNewPhase) stream.write(`${name}: ${VERBS[phase]}\n`);
        return;
      }
      if (!isNewPhase && reached <= tenth) return;
      tenth = reached;
      const of = total === undefined ? '' : ` of ${shown(progress, total)}`;
      stream.write(`${name}: ${VERBS[phase]}, ${shown(progress, done)}${of} MB (${reached * 10}%)\n`);
    },
  };
}

/** Bytes as megabytes with one decimal; files as they are. */
function shown({ phase }: FetchProgress, value: number): number {
  return phase === 'extract' ? value : Math.round(value / 1e5) / 10;
}
