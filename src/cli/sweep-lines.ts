import type { SweepTally } from '../sweep/events.js';
import { count, formatDuration, percent, printable } from '../support/text.js';
import { barOf } from './bar.js';
import { fitLine } from './fit.js';
import { memberKeyOf, type MemberProgress, type OfType, type SweepProgress } from './sweep-progress.js';

/** Such as `gan/seed-42     epoch  7/60  [=---------]  test 31.1 %  2 h 05 min left`, a line a worker. */
export function workerLines(members: readonly MemberProgress[], columns: number): string[] {
  const keys = members.map(({ key }) => printable(key));
  const width = Math.max(0, ...keys.map(({ length }) => length));
  return members.map((member, index) => {
    const { epoch, epochs, share, testAccuracy, secondsLeft } = member;
    const current = String(Math.min(epoch + 1, epochs)).padStart(String(epochs).length);
    return fitLine(
      [
        [5, (keys[index] ?? '').padEnd(width)],
        [4, `epoch ${current}/${epochs}`],
        [1, barOf(share)],
        [2, testAccuracy === undefined ? '' : `test ${percent(testAccuracy, 1).padStart(6)}`],
        [3, secondsLeft === undefined ? 'starting' : timeLeft(secondsLeft)],
      ],
      columns,
    );
  });
}

/** Such as `resnet20  3/27 finished  2 running  1 failed  [===-------]  3 h 05 min left`. */
export function wholeLine(sweep: string, progress: SweepProgress, columns: number): string {
  return fitLine([[1, printable(sweep)], ...standing(progress, [[2, barOf(progress.share)]])], columns);
}

/** As {@link wholeLine}, without name and bar. */
export function tallyLine(progress: SweepProgress): string {
  return fitLine(standing(progress, []));
}

type Parts = Parameters<typeof fitLine>[0];

function standing({ tally, isUnderWay, secondsLeft }: SweepProgress, bar: Parts): Parts {
  return [
    ...tallyParts(tally),
    ...bar,
    [6, isUnderWay && secondsLeft !== undefined ? timeLeft(secondsLeft) : ''],
  ];
}

function tallyParts({ members, finished, running, failed, interrupted, elsewhere }: SweepTally): Parts {
  const some = (number: number, word: string): string => (number === 0 ? '' : `${number} ${word}`);
  return [
    [8, `${finished}/${members} finished`],
    [5, some(running, 'running')],
    [7, some(failed, 'failed')],
    [4, some(interrupted, 'interrupted')],
    [3, some(elsewhere, 'elsewhere')],
  ];
}

/** Such as `gan/seed-42  epoch 7/60  test 31.1 %  2 h 05 min left`. */
export function epochLine({ key, epoch, epochs, testAccuracy, secondsLeft }: MemberProgress): string {
  return fitLine([
    [1, printable(key)],
    [1, `epoch ${epoch}/${epochs}`],
    [1, testAccuracy === undefined ? '' : `test ${percent(testAccuracy, 1)}`],
    [1, secondsLeft === undefined ? '' : timeLeft(secondsLeft)],
  ]);
}

/** Such as `sweep resnet20 in results/resnet20: 27 members, 3 finished; 2 workers of 1 thread`. */
export function sweepStartLine({
  sweep,
  directory,
  workers,
  threads,
  tally,
}: OfType<'sweep-started'>): string {
  const finished = tally.finished === 0 ? '' : `, ${tally.finished} finished`;
  return (
    `sweep ${printable(sweep)} in ${printable(directory)}: ${count(tally.members, 'member')}${finished}; ` +
    `${count(workers, 'worker')} of ${count(threads, 'thread')}`
  );
}

export function memberStartLine(event: OfType<'member-started'>): string {
  const { epoch, epochs } = event;
  const start =
    epoch === 0 ? `started, ${count(epochs, 'epoch')}` : `resumed after epoch ${epoch} of ${epochs}`;
  return `${shownKey(event)}: ${start}`;
}

export function memberEndLine(event: OfType<'member-finished' | 'member-interrupted'>): string {
  if (event.type === 'member-interrupted') return `${shownKey(event)}: interrupted`;
  const { testAccuracy } = event;
  const result = testAccuracy === undefined ? '' : `, test accuracy ${percent(testAccuracy, 2)}`;
  return `${shownKey(event)}: finished${result}`;
}

/** Why it failed, and below it what the worker said last. */
export function failureLines(event: OfType<'member-failed'>): string {
  const { reason, lastLines, isTriedAgain } = event;
  const then = isTriedAgain ? ' (it will be tried again)' : '';
  return [
    `${shownKey(event)}: failed${then}: ${printable(reason, Infinity)}`,
    ...lastLines.map((line) => `    ${printable(line)}`),
  ].join('\n');
}

export function passedOverLine(event: OfType<'member-passed-over'>): string {
  return `${shownKey(event)}: passed over: ${printable(event.reason, Infinity)}`;
}

export function noteLine(event: OfType<'member-note'>): string {
  return `${shownKey(event)}: ${printable(event.line)}`;
}

function shownKey(event: Parameters<typeof memberKeyOf>[0]): string {
  return printable(memberKeyOf(event));
}

function timeLeft(seconds: number): string {
  return `${formatDuration(seconds)} left`;
}
