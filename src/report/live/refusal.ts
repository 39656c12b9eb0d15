import type { IncomingMessage } from 'node:http';

export interface Refusal {
  readonly status: number;
  /** Why, for the person who asked. */
  readonly line: string;
}

/** What this machine is called by itself. */
const NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Why a request is not answered, if it is not. A page of another host can make a browser ask here under that host's name
 * (DNS rebinding), so the name that is asked for has to be one of this machine's own.
 */
export function refusalOf({ headers, method, socket }: IncomingMessage): Refusal | undefined {
  const port = socket.localPort ?? 0;
  const hosts = NAMES.flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]);
  if (!hosts.includes(headers.host?.toLowerCase() ?? ''))
    return { status: 421, line: `This report is at http://${NAMES[0] ?? ''}:${port}/ and nowhere else.` };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, line: 'It can only be read.' };
  return undefined;
}
