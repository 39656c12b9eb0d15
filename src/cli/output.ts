import process from 'node:process';
import type { Writable } from 'node:stream';

import { UserError } from '../errors.js';
import { visible } from '../support/text.js';
import { Sink } from './sink.js';
import { StatusBlock, type TerminalSize } from './status-block.js';

/** Where commands print: a standard stream, or what stands for one in a test. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** A pseudo-terminal that nobody gave a size has none. */
const DEFAULT_SIZE: TerminalSize = { columns: 80, rows: 24 };

/**
 * All that the program prints: answers on standard output, everything else on standard error. What a terminal might
 * obey is written as text, whoever wrote it; the status stays below what is told meanwhile; and a stream that fails
 * ends nothing.
 */
export class Output {
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  readonly #answers: Sink;
  readonly #news: Sink;
  readonly #status = new StatusBlock();
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

  /** How wide the terminal is on which a status would be shown; undefined where it is none. */
  get terminalColumns(): number | undefined {
    return this.#stderr.isTTY === true && process.env['TERM'] !== 'dumb' ? this.#size.columns : undefined;
  }

  /** Prints a line, or several, of the answer on standard output. */
  print(lines: string): void {
    const isAboveStatus = this.#status.isShown && this.#stdout.isTTY === true;
    if (isAboveStatus) this.#news.write(this.#status.remove(this.#size));
    this.#answers.write(`${visible(lines)}\n`);
    if (isAboveStatus) this.#news.write(this.#status.restore(this.#size));
  }

  /** Prints the answer for a program on standard output. @param indent - 0 for one line. */
  printJson(value: unknown, indent: 0 | 2 = 2): void {
    this.#documents += 1;
    this.print(JSON.stringify(value, undefined, indent));
  }

  /** Tells a line, or several, on standard error. */
  tell(lines: string): void {
    // In one piece, so that no terminal shows what is in between.
    const gone = this.#status.remove(this.#size);
    this.#news.write(`${gone}${visible(lines)}\n${this.#status.restore(this.#size)}`);
  }

  /**
   * Shows a line, or several, at the bottom of the terminal in place of those before, or takes them away. Where there is
   * no room for all, the last one is shown before the others.
   */
  setStatus(lines: string | readonly string[] | undefined): void {
    if (this.terminalColumns === undefined) return;
    const text = this.#status.set(lines === undefined ? [] : [lines].flat(), this.#size);
    if (text !== '') this.#news.write(text);
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

  get #size(): TerminalSize {
    const { columns = 0, rows = 0 } = this.#stderr;
    return { columns: columns || DEFAULT_SIZE.columns, rows: rows || DEFAULT_SIZE.rows };
  }
}

/** The output of this process. */
export const output = new Output(process.stdout, process.stderr);
