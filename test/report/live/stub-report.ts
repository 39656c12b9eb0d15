import { onTestFinished } from 'vitest';
import { startLiveReport, type ReportFiles } from '../../../src/report/live/live-report.js';

/** A page as a report is one: with a policy of its own, which allows no script. */
export function stubPage(main: string): string {
  const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8">${policy}<title>Study</title></head>` +
    `<body><nav><a href="#one">One</a></nav><main>${main}</main></body></html>`
  );
}

/** Fingerprints that come when a test says so. */
class Changes implements AsyncIterable<string> {
  #count = 0;
  #wake: () => void = () => undefined;
  #isOver = false;

  next(): void {
    this.#count++;
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (let seen = 0; !this.#isOver;) {
      if (seen < this.#count) yield String(++seen);
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** A live report whose builds a test gives: each result, or error, is built at once. */
export interface StubReport {
  readonly address: string;
  readonly failures: readonly string[];
  readonly give: (result: ReportFiles | Error) => Promise<void>;
}

/** It ends with the test. */
export async function serveStub(script = '/* nothing */'): Promise<StubReport> {
  const changes = new Changes();
  const failures: string[] = [];
  let given: ReportFiles | Error = new Map();
  let taken: () => void = () => undefined;
  const build = (): Promise<ReportFiles> => {
    // Whoever waits goes on when what follows from it has been told.
    setImmediate(taken);
    return given instanceof Error ? Promise.reject(given) : Promise.resolve(given);
  };
  const { address, ended } = await startLiveReport(
    { fingerprints: changes, build },
    { port: 0, script, onFailure: (why) => failures.push(why) },
  );
  onTestFinished(async () => {
    changes.end();
    await ended;
  });
  return {
    address,
    failures,
    async give(result) {
      given = result;
      await new Promise<void>((resolve) => {
        taken = resolve;
        changes.next();
      });
    },
  };
}
