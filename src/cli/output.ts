import process from 'node:process';
import type { Writable } from 'node:stream';

import { UserError } from '../errors.js';
import { visible } from '../support/text.js';
import { Sink } from './sink.js';

/** Where commands print: a standard stream, or what stands for one in a test. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Away with what is on the line from here on (ECMA-48, EL). */
const CLEAR = '\u001b[K';
const DEFAULT_COLUMNS = 80;

/**
 * All that the program prints: answers on standard output, everything else on standard error. What a terminal might
 * obey is written as text, whoever wrote it; a status line stays below what is told meanwhile; and a stream that fails
 * ends nothing.
 */
export class Output {
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  readonly #answers: Sink;
  readonly #news: Sink;
  #status: string | undefined;
  #documents = 0;

  constructor(stdout: OutputStream, stderr: OutputStream) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#answers = new Sink(stdout);
    this.#news = new Sink(stderr);
  }

  /** How many JSON documents were printed: one is an answer, two are none. */
  get documents(): number {
    return this.#documents;
  }

  /** How wide the terminal is on which a status line would be shown; undefined where it is none. */
  get terminalColumns(): number | undefined {
    const { isTTY = false, columns = 0 } = this.#stderr;
    // A pseudo-terminal that nobody gave a size has 0 columns.
    return isTTY && process.env['TERM'] !== 'dumb' ? columns || DEFAULT_COLUMNS : undefined;
  }

  /** Prints a line, or several, of the answer on standard output. */
  print(lines: string): void {
    const isBelowStatus = this.#status !== undefined && this.#stdout.isTTY === true;
    if (isBelowStatus) this.#news.write(`\r${CLEAR}`);
    this.#answers.write(`${visible(lines)}\n`);
    if (isBelowStatus) this.#news.write(this.#shownStatus());
  }

  /** Prints the answer for a program on standard output. @param indent - 0 for one line. */
  printJson(value: unknown, indent: 0 | 2 = 2): void {
    this.#documents += 1;
    this.print(JSON.stringify(value, undefined, indent));
  }

  /** Tells a line, or several, on standard error. */
  tell(lines: string): void {
    const text = `${visible(lines)}\n`;
    this.#news.write(this.#status === undefined ? text : `\r${CLEAR}${text}${this.#shownStatus()}`);
  }

  /** Shows a line at the bottom of the terminal in place of the one before, or takes it away. */
  setStatus(line: string | undefined): void {
    if (line === this.#status || this.terminalColumns === undefined) return;
    this.#status = line;
    this.#news.write(`\r${this.#shownStatus()}${CLEAR}`);
  }

  /**
   * Waits until everything is written.
   *
   * @returns what is missing on standard output, though somebody may be waiting for it. A reader who went away misses
   *   nothing, and what standard error could not take cannot be told.
   */
  async flush(): Promise<UserError | undefined> {
    await Promise.all([this.#answers.flush(), this.#news.flush()]);
    const { failure } = this.#answers;
    if (failure === undefined) return undefined;
    return new UserError(
      'io',
      `standard output could not be written: ${failure.message}. What a run trained is saved in its folder.`,
      { cause: failure },
    );
  }

  /** Cut before the last column, behind which a terminal would begin a new line. */
  #shownStatus(): string {
    return visible(this.#status ?? '').slice(0, (this.terminalColumns ?? DEFAULT_COLUMNS) - 1);
  }
}

/** The output of this process. */
export const output = new Output(process.stdout, process.stderr);
