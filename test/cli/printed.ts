import { PassThrough, Writable } from 'node:stream';

import { vi } from 'vitest';

import { Output } from '../../src/cli/output.js';

/** What was printed in this process since: texts of standard output and standard error. */
export interface Printed {
  out: string;
  err: string;
}

const ERASE = '\u001b[K';
const TOKENS = new RegExp(`${ERASE.replace('[', '\\[')}|[^]`, 'gu');

/** Keeps what the commands print from the terminal; `vi.restoreAllMocks` ends it. */
export function capturePrinted(): Printed {
  const printed = { out: '', err: '' };
  for (const [name, stream] of [
    ['out', process.stdout],
    ['err', process.stderr],
  ] as const) {
    vi.spyOn(stream, 'write').mockImplementation(
      (text: unknown, encodingOrDone?: unknown, _done?: () => void) => {
        printed[name] += String(text);
        if (isCallback(encodingOrDone)) encodingOrDone();
        return true;
      },
    );
  }
  return printed;
}

function isCallback(value: unknown): value is () => void {
  return typeof value === 'function';
}

/** A terminal, or a file when it has no columns. */
export class Screen extends Writable {
  readonly columns: number;
  readonly isTTY: boolean;
  text = '';

  constructor(columns?: number) {
    super({ decodeStrings: false });
    this.columns = columns ?? 0;
    this.isTTY = columns !== undefined;
  }

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }

  /** The lines that a terminal shows after all that was written. */
  shown(): string[] {
    const rows: string[][] = [[]];
    let [row, column] = [0, 0];
    for (const token of this.text.match(TOKENS) ?? []) {
      const cells = (rows[row] ??= []);
      if (token === ERASE) cells.length = Math.min(cells.length, column);
      else if (token === '\r') column = 0;
      else if (token === '\n') [row, column] = [row + 1, 0];
      else cells[column++] = token;
    }
    return Array.from({ length: row + 1 }, (_, index) => (rows[index] ?? []).join(''));
  }
}

/** An output whose standard error is this screen. */
export function outputOn(screen: Screen): Output {
  return new Output(Object.assign(new PassThrough(), { isTTY: false }), screen);
}
