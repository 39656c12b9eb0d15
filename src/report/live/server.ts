import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { messageOf, systemCode, UserError } from '../../errors.js';
import { refusalOf } from './refusal.js';

const HOST = '127.0.0.1';

/** An answer to a path. */
export interface Served {
  readonly type: string;
  readonly content: string;
  /** Its Content-Security-Policy, where it is one that a browser shows. */
  readonly policy?: string;
}

/** What is served now; it is asked at every request. */
export interface Site {
  /** By path, such as `/report.html`. */
  readonly files: () => ReadonlyMap<string, Served>;
  /** What pages that are open are told when they connect, and when it changes. */
  readonly state: () => string;
}

export interface LiveServer {
  /** Such as `http://127.0.0.1:6016/`. */
  readonly address: string;
  /** Tells pages that are open of the state. */
  readonly announce: () => void;
  /** Cuts all connections. */
  readonly close: () => Promise<void>;
}

const EVENTS = '/events';

/**
 * Serves a site on this machine, to this machine alone. Only what is in it is answered; no file is looked for.
 * @param port - 0 for any that is free.
 * @throws UserError `io` when the port cannot be had
 */
export async function startLiveServer(site: Site, port: number): Promise<LiveServer> {
  const pages = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    answer(request, response, { site, pages });
  });
  const address = await listen(server, port);
  return {
    address: `http://${HOST}:${address.port}/`,
    announce() {
      for (const page of pages) page.write(eventOf(site.state()));
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<AddressInfo> {
  try {
    server.listen(port, HOST);
    await once(server, 'listening');
  } catch (error) {
    const why = systemCode(error) === 'EADDRINUSE' ? 'another program has it' : messageOf(error);
    throw new UserError(
      'io',
      `port ${port} of ${HOST}: ${why}. Choose another one with --port, or --port 0 for any that is free.`,
      { cause: error },
    );
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server on a port has an address');
  return address;
}

interface Context {
  readonly site: Site;
  readonly pages: Set<ServerResponse>;
}

function answer(request: IncomingMessage, response: ServerResponse, { site, pages }: Context): void {
  for (const [name, value] of HEADERS) response.setHeader(name, value);
  const refusal = refusalOf(request);
  if (refusal !== undefined) {
    if (refusal.status === 405) response.setHeader('Allow', 'GET, HEAD');
    say(response, refusal.status, refusal.line);
    return;
  }
  const path = pathOf(request);
  if (path === EVENTS) {
    openEvents(request, response, { site, pages });
    return;
  }
  const file = path === undefined ? undefined : site.files().get(path);
  if (file === undefined) {
    say(response, 404, 'There is no such page.');
    return;
  }
  response.setHeader('Content-Type', file.type);
  if (file.policy !== undefined) response.setHeader('Content-Security-Policy', file.policy);
  response.end(request.method === 'HEAD' ? undefined : file.content);
}

const HEADERS = [
  ['Cache-Control', 'no-store'],
  ['Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
] as const;

function say(response: ServerResponse, status: number, line: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${line}\n`);
}

/** Without the query; undefined where it is none. */
function pathOf({ url = '' }: IncomingMessage): string | undefined {
  return url.split('?', 1)[0];
}

function openEvents(request: IncomingMessage, response: ServerResponse, { site, pages }: Context): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.write(`retry: 1000\n${eventOf(site.state())}`);
  pages.add(response);
  response.once('close', () => pages.delete(response));
}

/** A server-sent event; the text must not have line ends. */
function eventOf(text: string): string {
  return `data: ${text}\n\n`;
}
