import { createHash } from 'node:crypto';

import { follow, type Source } from './follow.js';
import { livePage } from './page.js';
import { startLiveServer, type Served } from './server.js';

/** Name of each file of a report, such as `report.html` or `figures/accuracy.svg`, and its content. */
export type ReportFiles = ReadonlyMap<string, string>;

export interface LiveOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** What keeps an open page up to date. */
  readonly script: string;
  /** Told why there is no newer report. */
  readonly onFailure: (message: string) => void;
}

export interface LiveReport {
  /** Where it is served. */
  readonly address: string;
  /** With the fingerprints. */
  readonly ended: Promise<void>;
}

/**
 * Serves a report to this machine and keeps it up to date. While there is none, a page says so.
 * @throws UserError `io` when the port cannot be had
 */
export async function startLiveReport(
  source: Source<ReportFiles>,
  { port, script, onFailure }: LiveOptions,
): Promise<LiveReport> {
  const shown = new Shown(script);
  const server = await startLiveServer(shown, port);
  const follower = {
    built(report: ReportFiles): void {
      shown.report(report);
      server.announce();
    },
    failed(why: string): void {
      if (!shown.failure(why)) return;
      onFailure(why);
      server.announce();
    },
  };
  return { address: server.address, ended: follow(source, follower).finally(() => server.close()) };
}

const PAGE = 'report.html';

const TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  md: 'text/markdown',
  svg: 'image/svg+xml',
};

/** What is served now. */
class Shown {
  readonly #script: string;
  /** Of the same report it is the same, also after the server was started anew; empty while there is none. */
  #version = '';
  #message = '';
  #files: ReadonlyMap<string, Served>;

  constructor(script: string) {
    this.#script = script;
    this.#files = this.#pages(undefined);
  }

  readonly files = (): ReadonlyMap<string, Served> => this.#files;

  readonly state = (): string => JSON.stringify({ version: this.#version, message: this.#message });

  report(report: ReportFiles): void {
    this.#version = createHash('sha256')
      .update(JSON.stringify([...report]))
      .digest('hex');
    this.#message = '';
    const others = [...report].map(([name, content]): [string, Served] => [
      `/${name}`,
      { type: typeOf(name), content },
    ]);
    this.#files = new Map([...others, ...this.#pages(report.get(PAGE))]);
  }

  /** @returns whether that is news */
  failure(why: string): boolean {
    const message = this.#version === '' ? why : `Not up to date: ${why}`;
    if (message === this.#message) return false;
    this.#message = message;
    return true;
  }

  #pages(report: string | undefined): Map<string, Served> {
    const { html, policy } = livePage(report, this.#version, this.#script);
    const page = { type: typeOf(PAGE), content: html, policy };
    return new Map([
      ['/', page],
      [`/${PAGE}`, page],
    ]);
  }
}

function typeOf(name: string): string {
  return `${TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain'}; charset=utf-8`;
}
