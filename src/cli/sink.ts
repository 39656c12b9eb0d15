import type { Writable } from 'node:stream';

import { systemCode } from '../errors.js';

/** Somebody who closed the pipe, or a terminal that is gone: nobody is left who would miss what is not written. */
const READER_GONE = new Set(['EPIPE', 'EIO']);

/**
 * A standard stream that may fail without ending the program: what cannot be told must not cost what was trained.
 * A failure is remembered, so that the command can say at its end that its answer is not complete.
 */
export class Sink {
  readonly #stream: Writable;
  #pending = 0;
  #idle: () => void = () => undefined;
  #failure: Error | undefined;
  #isClosed = false;

  constructor(stream: Writable) {
    this.#stream = stream;
    // Without a listener a stream's error ends the process.
    stream.on('error', (error) => {
      this.#fail(error);
    });
  }

  /** The first failure that somebody would miss something by. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  write(text: string): void {
    if (this.#isClosed) return;
    this.#pending += 1;
    const done = (error?: Error | null): void => {
      if (error) this.#fail(error);
      this.#pending -= 1;
      if (this.#pending === 0) this.#idle();
    };
    try {
      this.#stream.write(text, done);
    } catch (error) {
      // Older versions of Node throw where a file cannot be written.
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Waits until everything is written or has failed. */
  async flush(): Promise<void> {
    if (this.#pending === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  #fail(error: Error): void {
    if (READER_GONE.has(systemCode(error) ?? '')) this.#isClosed = true;
    else this.#failure ??= error;
  }
}
