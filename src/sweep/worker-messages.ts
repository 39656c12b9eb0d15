import { z } from 'zod';
import type { WorkerEnd, WorkerNews } from './worker.js';

/** Left out where it is undefined: the channel carries JSON. */
const known = z
  .number()
  .optional()
  .transform((value) => value);

const count = z.int().nonnegative();

const messageSchema = z.union([
  z.object({
    type: z.literal('progress'),
    epoch: count,
    epochs: count,
    step: count,
    totalSteps: count,
    testAccuracy: known,
    secondsLeft: known,
  }),
  z.object({ type: z.literal('note'), line: z.string() }),
  z.object({ type: z.literal('ended'), outcome: z.enum(['finished', 'interrupted']) }),
  z.object({ type: z.literal('ended'), outcome: z.enum(['held', 'failed']), reason: z.string() }),
]);

/** What a worker tells its parent; `ended` comes last. */
export type WorkerMessage = WorkerNews | EndMessage;

/** How it ended, by its own word. */
export type OwnWord =
  | Extract<WorkerEnd, { outcome: 'finished' | 'interrupted' | 'held' }>
  | Omit<Extract<WorkerEnd, { outcome: 'failed' }>, 'lastLines'>;
export type EndMessage = { readonly type: 'ended' } & OwnWord;

/** What a worker sent; undefined when no worker of this version would send that. */
export function parseMessage(message: unknown): WorkerMessage | undefined {
  return messageSchema.safeParse(message).data;
}

/** What a parent sends: save a checkpoint and end. */
export const STOP = 'stop';
