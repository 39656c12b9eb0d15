import type { SweepEvent } from '../sweep/events.js';
import type { Output } from './output.js';
import {
  epochLine,
  failureLines,
  memberEndLine,
  memberStartLine,
  noteLine,
  passedOverLine,
  sweepStartLine,
  tallyLine,
  wholeLine,
  workerLines,
} from './sweep-lines.js';
import { memberKeyOf, SweepProgress, type MemberProgress } from './sweep-progress.js';

export interface SweepDisplayOptions {
  readonly output: Output;
  /** Only failures and notes. */
  readonly quiet: boolean;
  /** Each event as a line of JSON on standard output, whatever is shown. */
  readonly json: boolean;
  /** The clock in milliseconds, for tests. */
  readonly now?: () => number;
}

/** Listens to a sweep. */
export interface SweepDisplay {
  on(event: SweepEvent): void;
  close(): void;
}

/** Shortest time between two epoch lines of a member, where there is no terminal. */
const EPOCH_LINE_MS = 30_000;
/** Several workers tell of every step; eyes do not follow. */
const REDRAW_MS = 100;

/**
 * Shows a sweep as it goes: on a terminal a line a worker and one for the whole below what happens, elsewhere lines now
 * and then; when quiet only what went wrong.
 */
export function sweepDisplay({ output, quiet, json, now = Date.now }: SweepDisplayOptions): SweepDisplay {
  const show = quiet ? undefined : new Shown(output, now);
  return {
    on(event) {
      // The document that answers comes at the end.
      if (json) output.print(JSON.stringify(event));
      if (event.type === 'member-failed') output.tell(failureLines(event));
      else if (event.type === 'member-note') output.tell(noteLine(event));
      show?.on(event);
    },
    close() {
      output.setStatus(undefined);
    },
  };
}

/** What a sweep shows besides failures and notes. */
class Shown {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #lastLines = new Map<string, { readonly at: number; readonly epoch: number }>();
  #sweep = '';
  #progress: SweepProgress | undefined;
  #drawnAt = -Infinity;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
  }

  on(event: SweepEvent): void {
    if (event.type === 'sweep-started') {
      this.#sweep = event.sweep;
      this.#progress = new SweepProgress(event, this.#now);
    }
    const progress = this.#progress;
    if (progress === undefined) return;
    progress.on(event);
    if (event.type === 'sweep-finished') this.#output.setStatus(undefined);
    const line = toldLine(event, `${this.#sweep}: ${tallyLine(progress)}`);
    if (line !== undefined) this.#output.tell(line);
    const columns = this.#output.terminalColumns;
    if (columns === undefined) this.#tellMore(event, progress);
    else if (event.type !== 'sweep-finished') this.#draw(event, progress, columns - 1);
  }

  #draw(event: SweepEvent, progress: SweepProgress, columns: number): void {
    const now = this.#now();
    if (event.type === 'member-progress' && now - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = now;
    this.#output.setStatus([
      ...workerLines(progress.members, columns),
      wholeLine(this.#sweep, progress, columns),
    ]);
  }

  /** What a status says on a terminal. */
  #tellMore(event: SweepEvent, progress: SweepProgress): void {
    if (event.type === 'member-started') {
      this.#output.tell(memberStartLine(event));
      this.#lastLines.set(memberKeyOf(event), { at: this.#now(), epoch: event.epoch });
    } else if (event.type === 'member-progress') this.#tellEpoch(progress.member(event));
    else if (END_TYPES.has(event.type) && progress.isUnderWay) this.#output.tell(tallyLine(progress));
  }

  #tellEpoch(member: MemberProgress | undefined): void {
    const last = this.#lastLines.get(member?.key ?? '');
    const now = this.#now();
    if (
      member === undefined ||
      last === undefined ||
      member.epoch <= last.epoch ||
      now - last.at < EPOCH_LINE_MS
    )
      return;
    this.#lastLines.set(member.key, { at: now, epoch: member.epoch });
    this.#output.tell(epochLine(member));
  }
}

const END_TYPES: ReadonlySet<SweepEvent['type']> = new Set([
  'member-finished',
  'member-interrupted',
  'member-failed',
]);

/** What is told on every kind of screen. */
function toldLine(event: SweepEvent, whole: string): string | undefined {
  if (event.type === 'sweep-started') return sweepStartLine(event);
  if (event.type === 'member-finished' || event.type === 'member-interrupted') return memberEndLine(event);
  if (event.type === 'member-passed-over') return passedOverLine(event);
  if (event.type !== 'sweep-finished') return undefined;
  // Where all are finished, the answer says so.
  return event.tally.finished === event.tally.members ? undefined : whole;
}
