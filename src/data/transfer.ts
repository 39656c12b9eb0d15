import type { IncomingHttpHeaders } from 'node:http';
import { UserError } from '../errors.js';
import { printable } from '../support/text.js';

/** What to do with a server's answer. */
export type TransferPlan =
  /** Write the body from `offset` on; the file is whole at `total` bytes (undefined: when the body ends). */
  | { readonly action: 'receive'; readonly offset: number; readonly total: number | undefined }
  /** The file is whole already. */
  | { readonly action: 'complete' }
  /** Ask again; `startOver`: without what is there. */
  | { readonly action: 'retry'; readonly startOver: boolean; readonly reason: string };

/**
 * Decides by status and headers (RFC 9110, sections 14 and 15) how a transfer goes on, when `offset` bytes are there
 * and, if those are more than none, the rest was asked for.
 * @throws {UserError} `data` for an answer that asking again cannot change, or a file of more than `limit` bytes.
 */
export function planTransfer(
  url: string,
  status: number,
  headers: IncomingHttpHeaders,
  offset: number,
  limit: number,
): TransferPlan {
  if (status === 408 || status === 429 || status >= 500)
    return { action: 'retry', startOver: false, reason: `the server answered with status ${status}` };
  if (status === 416 && offset > 0) return planUnsatisfied(headers, offset);
  if (status !== 200 && status !== 206)
    throw new UserError('data', `${url}: the server answered with status ${status}`);
  const plan = status === 200 ? planWhole(headers) : planRest(headers, offset);
  if (plan.action === 'receive' && plan.total !== undefined && plan.total > limit)
    throw new UserError('data', `${url}: has ${plan.total} bytes, more than the ${limit} bytes expected`);
  return plan;
}

/** 200: the server sends everything, from the start. */
function planWhole(headers: IncomingHttpHeaders): TransferPlan {
  const length = Number(headers['content-length']);
  return { action: 'receive', offset: 0, total: Number.isInteger(length) ? length : undefined };
}

/** 206: the rest, unless the server names another place than the one asked for. */
function planRest(headers: IncomingHttpHeaders, offset: number): TransferPlan {
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
  if (range === null || Number(range[1]) !== offset)
    return {
      action: 'retry',
      startOver: true,
      reason: `the server sent another range than asked for (${printable(headers['content-range'] ?? 'none')})`,
    };
  return { action: 'receive', offset, total: range[2] === '*' ? undefined : Number(range[2]) };
}

/** 416: nothing beyond what is there. It is all, if the server does not say otherwise: the checksum will tell. */
function planUnsatisfied(headers: IncomingHttpHeaders, offset: number): TransferPlan {
  const size = /^bytes \*\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  if (size === undefined || Number(size) === offset) return { action: 'complete' };
  return {
    action: 'retry',
    startOver: true,
    reason: `the file on the server has ${size} bytes, fewer than were downloaded before`,
  };
}
