import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { lockRunDirectory } from '../../src/record/lock.js';
import { typescriptArguments } from '../support/typescript-child.js';
import { temporaryFolder } from './helpers.js';

/** A real process that locks folders when told to; it is killed when the test ends. */
export async function startChild(): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'lock-child.ts'), {
    execArgv: [...typescriptArguments],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  expect(await once(child, 'message')).toContain('ready');
  return child;
}

/** Sends it a command. @returns its answer */
export async function ask(child: ChildProcess, message: string): Promise<string> {
  const answer = once(child, 'message');
  child.send(message);
  return String((await answer)[0]);
}

/** Ends it without a word. */
export async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** The names of the locks in a folder. */
export async function locksIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('run.lock')).sort();
}

/** A lock whose holder has the given facts and is otherwise this very process. */
export async function writeLock(
  folder: string,
  number: number,
  changes: Record<string, unknown>,
): Promise<string> {
  const elsewhere = await temporaryFolder();
  const lock = await lockRunDirectory(elsewhere);
  const owner: unknown = JSON.parse(await readFile(join(elsewhere, 'run.lock.1'), 'utf8'));
  await lock.release();
  const file = join(folder, `run.lock.${number}`);
  await writeFile(file, JSON.stringify({ ...Object(owner), ...changes }));
  return file;
}
