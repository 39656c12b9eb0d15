import type { LockHolder } from '../record/lock.js';
import { RUN_STATES, type PassedOver, type RunState } from '../record/run-state.js';
import { count, formatBytes, formatDuration, percent, printable } from '../support/text.js';
import { output } from './output.js';
import { alignColumns } from '../support/table.js';

/** What a table shows of how far a run is. */
export type Progress = Pick<
  RunState,
  'epoch' | 'epochs' | 'lastTestAccuracy' | 'lastValidationAccuracy' | 'best'
>;

/** Prints a row a run and how many stand how; why one failed goes to standard error. */
export function printRuns(runs: readonly RunState[]): void {
  const columns = progressColumns(runs);
  const heads = ['run', 'outcome', ...columns.heads, 'started (UTC)', 'time left', 'checkpoints'];
  output.print(alignColumns([heads, ...runs.map((run) => cellsOf(run, columns))]).join('\n'));
  output.print(
    `${count(runs.length, 'run')}: ${tally(
      RUN_STATES,
      runs.map(({ outcome }) => outcome),
    )}`,
  );
  for (const { directory, reason } of runs) if (reason !== undefined) tellReason(directory, reason);
  for (const { directory, outcome, holder } of runs) if (outcome === 'running') tellDoubt(directory, holder);
}

function cellsOf(run: RunState, { cells }: ProgressColumns): string[] {
  const { outcome, checkpointBytes } = run;
  return [
    printable(runName(run)),
    outcome,
    ...cells(outcome === 'damaged' ? undefined : run),
    timeCell(run.startedAt),
    durationCell(run.secondsLeft),
    checkpointBytes === 0 ? '' : formatBytes(checkpointBytes),
  ];
}

/** From the folder that was looked through. */
export function runName({ experiment, seed }: Pick<RunState, 'experiment' | 'seed'>): string {
  return experiment === '.' ? `seed-${seed}` : `${experiment}/seed-${seed}`;
}

export interface ProgressColumns {
  readonly heads: readonly string[];
  /** Empty of one of which nothing is known. */
  readonly cells: (progress: Progress | undefined) => string[];
}

const COLUMNS: readonly (readonly [head: string, cell: (progress: Progress) => string])[] = [
  ['epoch', ({ epoch, epochs }) => `${epoch}/${epochs ?? '?'}`],
  ['test accuracy', ({ lastTestAccuracy }) => accuracyCell(lastTestAccuracy)],
];

const OF_VALIDATION: typeof COLUMNS = [
  ['validation accuracy', ({ lastValidationAccuracy }) => accuracyCell(lastValidationAccuracy)],
  [
    'best epoch (validation, test)',
    ({ best }) =>
      best === undefined
        ? ''
        : `${best.epoch} (${accuracyCell(best.validationAccuracy)}, ${accuracyCell(best.testAccuracy)})`,
  ],
];

/** How far runs are, in columns: those of the validation images only where one of the runs has any. */
export function progressColumns(shown: readonly Progress[]): ProgressColumns {
  const hasValidation = shown.some(({ best }) => best !== undefined);
  const columns = hasValidation ? [...COLUMNS, ...OF_VALIDATION] : COLUMNS;
  return {
    heads: columns.map(([head]) => head),
    cells: (progress) => columns.map(([, cell]) => (progress === undefined ? '' : cell(progress))),
  };
}

function accuracyCell(accuracy: number | undefined): string {
  return accuracy === undefined ? '' : percent(accuracy, 2);
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
