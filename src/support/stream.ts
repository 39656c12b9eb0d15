import { ReadableStream } from 'node:stream/web';

/** A stream that keeps what is pushed until it is read; what comes after its end is dropped. */
export function openStream<T>() {
  let push = (_: T): void => undefined;
  let end = (_?: unknown): void => undefined;
  let isOpen = true;
  const stream = new ReadableStream<T>({
    start(controller) {
      push = (value) => {
        if (isOpen) controller.enqueue(value);
      };
      end = (error) => {
        if (isOpen && error === undefined) controller.close();
        else if (isOpen) controller.error(error);
        isOpen = false;
      };
    },
    cancel() {
      isOpen = false;
    },
  });
  return { stream, push, end };
}

/** A piece of work that tells how it goes, and ends early where `signal` is aborted. */
export type TellingWork<Told, Result> = (tell: (told: Told) => void, signal: AbortSignal) => Promise<Result>;

/**
 * What a piece of work tells while it goes on, in order. Its result is the value that the generator returns.
 *
 * @param options.signal ends the work early; so does a reader who leaves, for whom it is waited for as well
 * @param options.discard what is done with the result where the reader has left
 */
export async function* toldBy<Told, Result>(
  work: TellingWork<Told, Result>,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly discard?: (result: Result) => Promise<void>;
  },
): AsyncGenerator<Told, Result, undefined> {
  const { signal, discard } = options;
  const { stream, push, end } = openStream<Told>();
  const left = new AbortController();
  const result = work(push, AbortSignal.any([left.signal, ...(signal === undefined ? [] : [signal])]));
  // Its failure is thrown below, when all that it told has been read.
  const ended = result.then(
    () => {
      end();
    },
    () => {
      end();
    },
  );
  let isRead = false;
  try {
    yield* stream;
    isRead = true;
  } finally {
    if (!isRead) {
      left.abort();
      await ended;
      await result.then(discard, () => undefined);
    }
  }
  return await result;
}
