import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { UserError, type ErrorCode } from '../../src/errors.js';
import type { TrainListener } from '../../src/record/listener.js';
import type { TrainEvent } from '../../src/train/events.js';

export * from './events.js';

/** A run that was recorded when the tables had fewer columns. */
export const REFERENCE = 'results/reference/resnet20-5-epochs/resnet20-gan/seed-42';

/** A folder that is removed when the running test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gan-bench-record-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The UserError that a promise is rejected with. */
export async function userErrorOf(promise: Promise<unknown>, code: ErrorCode): Promise<UserError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error(`expected a UserError, got ${String(error)}`);
  expect(error.code).toBe(code);
  return error;
}

/** Tells a listener of some events, one after another. */
export async function tell(listener: TrainListener, events: readonly TrainEvent[]): Promise<void> {
  for (const event of events) await listener.on(event);
}

/** The text of a file in a folder. */
export function read(folder: string, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}
