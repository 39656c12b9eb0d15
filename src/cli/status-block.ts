import { printable } from '../support/text.js';

/** Of a terminal, in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** ECMA-48: EL, away with what is on the line from here on; ED, with everything from here on; CUU, some lines up. */
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const up = (lines: number): string => (lines === 0 ? '' : `\u001b[${lines}A`);

/**
 * The lines at the bottom of a terminal, which are drawn over themselves: nothing is blank in between, so that nothing
 * flickers. The cursor stays behind the last of them. Every method gives what must be written.
 */
export class StatusBlock {
  #lines: readonly string[] = [];
  #drawn: readonly string[] = [];
  #columns = 0;

  get isShown(): boolean {
    return this.#drawn.length > 0;
  }

  /** Puts these lines in place of those before; none takes them away. */
  set(lines: readonly string[], size: TerminalSize): string {
    this.#lines = lines;
    const hasNewWidth = size.columns !== this.#columns;
    const before = this.#drawn;
    const next = fitting(lines, size);
    if (!hasNewWidth && before.join('\n') === next.join('\n')) return '';
    // Lines that a narrower terminal broke in two are not drawn over, but go.
    if (hasNewWidth || next.length === 0) return this.remove(size) + this.restore(size);
    const start = this.#toFirst(size);
    return start + this.#draw(next, size) + (before.length > next.length ? CLEAR_BELOW : '');
  }

  /** Away with the lines, so that something else can be written in their place. */
  remove(size: TerminalSize): string {
    const text = this.isShown ? `${this.#toFirst(size)}\r${CLEAR_BELOW}` : '';
    this.#drawn = [];
    return text;
  }

  /** Draws the lines on an empty line, after {@link remove}. */
  restore(size: TerminalSize): string {
    return this.#draw(fitting(this.#lines, size), size);
  }

  #draw(lines: readonly string[], { columns }: TerminalSize): string {
    this.#drawn = lines;
    this.#columns = columns;
    return lines.length === 0 ? '' : `\r${lines.map((line) => line + CLEAR_LINE).join('\n')}`;
  }

  /** Up to the first line. A terminal that became narrower since has broken the lines; few do not. */
  #toFirst({ columns }: TerminalSize): string {
    const rows = this.#drawn.map(({ length }) => Math.max(1, Math.ceil(length / columns)));
    return up(Math.max(0, rows.reduce((sum, each) => sum + each, 0) - 1));
  }
}

/**
 * Cut before the last column, behind which a terminal would begin a new line; and one row fewer than the terminal has,
 * or what scrolls out of it could not be reached. The last line tells of the whole, so others go first.
 */
function fitting(lines: readonly string[], { columns, rows }: TerminalSize): string[] {
  const room = Math.max(1, rows - 1);
  const kept = lines.length <= room ? lines : [...lines.slice(0, room - 1), ...lines.slice(-1)];
  return kept.map((line) => printable(line, Infinity).slice(0, columns - 1));
}
