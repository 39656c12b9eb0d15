import { z } from 'zod';

/** Left out where it is undefined: the channel carries JSON. */
const known = z
  .number()
  .optional()
  .transform((value) => value);

const count = z.int().nonnegative();

const newsSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    /** Completed epochs. */
    epoch: count,
    epochs: count,
    step: count,
    totalSteps: count,
    /** After the last epoch that this worker completed, in [0, 1]. */
    testAccuracy: known,
    secondsLeft: known,
  }),
  z.object({ type: z.literal('note'), line: z.string() }),
]);

const endSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['finished', 'interrupted']) }),
  /** Another process holds the folder. */
  z.object({ outcome: z.literal('held'), reason: z.string() }),
  z.object({ outcome: z.literal('failed'), reason: z.string() }),
]);

const messageSchema = z.union([newsSchema, z.object({ type: z.literal('ended'), end: endSchema })]);

/** What a worker tells while it trains. */
export type WorkerNews = Readonly<z.output<typeof newsSchema>>;

/** How a worker ended, by its own word. */
export type WorkerWord = Readonly<z.output<typeof endSchema>>;

/** What a worker sends to its parent; `ended` comes last. */
export type WorkerMessage = WorkerNews | { readonly type: 'ended'; readonly end: WorkerWord };

/** What a worker sent; undefined when no worker of this version would send that. */
export function parseMessage(message: unknown): WorkerMessage | undefined {
  return messageSchema.safeParse(message).data;
}

/** What a parent sends: save a checkpoint and end. */
export const STOP = 'stop';
