import type { LockHolder } from '../record/lock.js';
import { RUN_STATES, type PassedOver, type RunState } from '../record/run-state.js';
import { count, formatBytes, formatDuration, percent, printable } from '../support/text.js';
import { output } from './output.js';
import { alignColumns } from '../support/table.js';

/** What a table shows of how far a run is. */
export type Progress = Pick<RunState, 'epoch' | 'epochs' | 'lastTestAccuracy'>;

export const PROGRESS_HEADS = ['epoch', 'test accuracy'] as const;

const HEADS = ['run', 'outcome', ...PROGRESS_HEADS, 'started (UTC)', 'time left', 'checkpoints'];

/** Prints a row a run and how many stand how; why one failed goes to standard error. */
export function printRuns(runs: readonly RunState[]): void {
  output.print(alignColumns([HEADS, ...runs.map(cellsOf)]).join('\n'));
  output.print(
    `${count(runs.length, 'run')}: ${tally(
      RUN_STATES,
      runs.map(({ outcome }) => outcome),
    )}`,
  );
  for (const { directory, reason } of runs) if (reason !== undefined) tellReason(directory, reason);
  for (const { directory, outcome, holder } of runs) if (outcome === 'running') tellDoubt(directory, holder);
}

function cellsOf(run: RunState): string[] {
  const { outcome, checkpointBytes } = run;
  return [
    printable(runName(run)),
    outcome,
    ...(outcome === 'damaged' ? ['', ''] : progressCells(run)),
    timeCell(run.startedAt),
    durationCell(run.secondsLeft),
    checkpointBytes === 0 ? '' : formatBytes(checkpointBytes),
  ];
}

/** From the folder that was looked through. */
export function runName({ experiment, seed }: Pick<RunState, 'experiment' | 'seed'>): string {
  return experiment === '.' ? `seed-${seed}` : `${experiment}/seed-${seed}`;
}

export function progressCells({ epoch, epochs, lastTestAccuracy }: Progress): string[] {
  const accuracy = lastTestAccuracy === undefined ? '' : percent(lastTestAccuracy, 2);
  return [`${epoch}/${epochs ?? '?'}`, accuracy];
}

/** The minute will do. */
export function timeCell(time: string | undefined): string {
  return time?.slice(0, 16).replace('T', ' ') ?? '';
}

export function durationCell(seconds: number | undefined): string {
  return seconds === undefined ? '' : formatDuration(seconds);
}

/** Such as `2 finished, 1 killed`, in the order of all words that there are. */
export function tally<Word extends string>(words: readonly Word[], found: readonly Word[]): string {
  return words
    .map((word) => ({ word, number: found.filter((each) => each === word).length }))
    .filter(({ number }) => number > 0)
    .map(({ word, number }) => `${number} ${word}`)
    .join(', ');
}

export function noRuns(folder: string): string {
  return `no runs in ${printable(folder)}`;
}

export function tellReason(directory: string, reason: string): void {
  output.tell(`note: ${printable(directory)}: ${printable(reason)}`);
}

/** Of a process on another machine there is only the lock's word. */
export function tellDoubt(directory: string, holder: LockHolder | undefined): void {
  if (holder === undefined || holder.isHere) return;
  const beat = holder.beatAt === undefined ? '' : ` (last sign of life ${holder.beatAt}, by its clock)`;
  output.tell(
    `note: ${printable(directory)}: is running on the machine "${holder.host}" by its lock${beat}; ` +
      'from here that cannot be seen.',
  );
}

export function tellPassedOver(folders: readonly PassedOver[]): void {
  for (const { directory, reason } of folders) {
    output.tell(`note: passing over ${printable(directory)}, not a run: ${printable(reason)}`);
  }
}
