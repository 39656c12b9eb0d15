import { once } from 'node:events';
import { type FileHandle, open, truncate } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Got } from 'got';
import { messageOf, systemCode, UserError } from '../errors.js';
import { printable } from '../support/text.js';
import { sizeOf } from './attempt.js';
import { ioError } from './io.js';
import { planTransfer } from './transfer.js';

/** Tries in a row that bring nothing new before giving up. */
const FRUITLESS_TRIES = 5;
const FIRST_PAUSE_MS = 500;

/** Waits before the next try; tests give one that does not. */
export type Pause = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;

export interface Retry {
  readonly reason: string;
  readonly pauseMs: number;
  /** Tries left that may fail in a row. */
  readonly triesLeft: number;
}

export interface DownloadOptions {
  readonly url: string;
  /** The file to write; what it already holds is continued from, not downloaded again. */
  readonly part: string;
  /** Bytes; more than these are refused. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
  /** Bytes in the file, and the size of the whole where the server says so. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
  readonly pause?: Pause | undefined;
}

const wait: Pause = async (milliseconds, signal) => {
  await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
};

/**
 * Downloads a file, going on where a broken transfer stopped (HTTP Range). Gives up after five tries in a row that
 * bring no new byte, with pauses of 0.5, 1, 2 and 4 seconds between them.
 * @throws {UserError} `data` when the server refuses or cannot be reached, `io` when the file cannot be written.
 *   The signal's reason when aborted.
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { url, part, signal, pause = wait } = options;
  let furthest = await sizeOf(part);
  let fruitless = 0;
  for (;;) {
    const failure = await transfer(options);
    if (failure === undefined) return;
    signal?.throwIfAborted();
    const size = await sizeOf(part);
    fruitless = size > furthest ? 1 : fruitless + 1;
    furthest = Math.max(furthest, size);
    if (fruitless === FRUITLESS_TRIES)
      throw new UserError('data', `${url}: ${failure.reason} (${fruitless} tries in a row brought nothing)`, {
        cause: failure.cause,
      });
    const pauseMs = FIRST_PAUSE_MS * 2 ** (fruitless - 1);
    options.onRetry?.({ reason: failure.reason, pauseMs, triesLeft: FRUITLESS_TRIES - fruitless });
    await pause(pauseMs, signal).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw error;
    });
  }
}

/** A failure that another try may mend. */
interface Failure {
  readonly reason: string;
  readonly cause?: unknown;
}

/** One request. Returns undefined when the file is whole. */
async function transfer(options: DownloadOptions): Promise<Failure | undefined> {
  const offset = await sizeOf(options.part);
  // Loading it takes longer than many a command, and few download.
  const { got } = await import('got');
  const stream = openStream(got, options, offset);
  // A stream that fails drops what it has not handed on yet; behind a pipe, all that arrived can still be written.
  const body = stream.pipe(new PassThrough());
  let failure: Failure | undefined;
  stream.on('error', (cause: Error) => {
    failure = { reason: printable(cause.message), cause };
    body.end();
  });
  try {
    await once(stream, 'response');
    const { statusCode = 0, headers = {} } = stream.response ?? {};
    const plan = planTransfer(options.url, statusCode, headers, offset, options.limit);
    if (plan.action === 'complete') return undefined;
    if (plan.action === 'retry') {
      if (plan.startOver) await truncate(options.part);
      return { reason: plan.reason };
    }
    const done = await receive(body, options, plan.offset, plan.total);
    if (plan.total === undefined || done === plan.total) return failure;
    return failure ?? { reason: `the connection closed after ${done} of ${plan.total} bytes` };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof UserError) throw error;
    const reason = printable(messageOf(error));
    if (isWrongRedirect(error)) throw new UserError('data', `${options.url}: ${reason}`, { cause: error });
    return { reason, cause: error };
  } finally {
    stream.destroy();
    body.destroy();
  }
}

/** A redirect that leads in circles or away from http and https: trying again would change nothing. */
function isWrongRedirect(error: unknown): boolean {
  return ['ERR_UNSUPPORTED_PROTOCOL', 'ERR_TOO_MANY_REDIRECTS'].includes(systemCode(error) ?? '');
}

function openStream(
  got: Got,
  { url, signal }: DownloadOptions,
  offset: number,
): ReturnType<Got['stream']> {
  return got.stream(url, {
    // Some servers label .tar.gz files as gzip-encoded; the checksum is that of the bytes as they are stored.
    decompress: false,
    headers: { 'accept-encoding': 'identity', ...(offset > 0 && { range: `bytes=${offset}-` }) },
    retry: { limit: 0 },
    throwHttpErrors: false,
    timeout: { connect: 20_000, secureConnect: 20_000, socket: 60_000, response: 60_000 },
    ...(signal !== undefined && { signal }),
  });
}

/** Writes the body at `offset`, cutting off what the file has beyond. Returns the size of the file. */
async function receive(
  stream: AsyncIterable<Uint8Array>,
  { url, part, limit, onProgress }: DownloadOptions,
  offset: number,
  total: number | undefined,
): Promise<number> {
  const file = await prepare(part, offset);
  let done = offset;
  try {
    onProgress?.(done, total);
    for await (const chunk of stream) {
      done += chunk.length;
      if (done > limit) throw new UserError('data', `${url}: sends more than the ${limit} bytes expected`);
      await write(file, part, chunk, done - chunk.length);
      onProgress?.(done, total);
    }
  } finally {
    await file.close();
  }
  return done;
}

async function prepare(part: string, offset: number): Promise<FileHandle> {
  try {
    const file = await open(part, offset === 0 ? 'w' : 'r+');
    await file.truncate(offset);
    return file;
  } catch (error) {
    throw ioError(part, error);
  }
}

async function write(file: FileHandle, part: string, chunk: Uint8Array, position: number): Promise<void> {
  try {
    let written = 0;
    while (written < chunk.length) {
      const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written);
      written += bytesWritten;
    }
  } catch (error) {
    throw ioError(part, error);
  }
}
