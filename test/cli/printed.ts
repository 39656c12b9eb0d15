import { PassThrough, Writable } from 'node:stream';

import { vi } from 'vitest';

import { Output } from '../../src/cli/output.js';
import { Terminal } from './terminal.js';

/** What was printed in this process since: texts of standard output and standard error. */
export interface Printed {
  out: string;
  err: string;
}

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
  columns: number;
  rows: number;
  readonly isTTY: boolean;
  text = '';
  readonly #sizes: { readonly from: number; readonly columns: number; readonly rows: number }[];

  constructor(columns?: number, rows = 24) {
    super({ decodeStrings: false });
    [this.columns, this.rows] = [columns ?? 0, rows];
    this.isTTY = columns !== undefined;
    this.#sizes = [{ from: 0, columns: columns ?? Infinity, rows }];
  }

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }

  /** Somebody draws the window larger or smaller. */
  resize(columns: number, rows: number): void {
    [this.columns, this.rows] = [columns, rows];
    this.#sizes.push({ from: this.text.length, columns, rows });
  }

  /** The lines that a terminal shows after all that was written, those that scrolled out of it included. */
  shown(): string[] {
    const terminal = new Terminal(Infinity, Infinity);
    for (const [index, { from, columns, rows }] of this.#sizes.entries()) {
      terminal.resize(columns || 80, rows);
      terminal.write(this.text.slice(from, this.#sizes[index + 1]?.from));
    }
    return terminal.lines();
  }
}

/** An output whose standard error is this screen. */
export function outputOn(screen: Screen): Output {
  return new Output(Object.assign(new PassThrough(), { isTTY: false }), screen);
}
