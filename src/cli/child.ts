import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';

import { UserError } from '../errors.js';
import { packageFolder } from '../support/package.js';
import { output } from './output.js';

export interface ChildOptions {
  /** A program with arguments that starts it, such as `taskset -c 0`. */
  readonly under?: readonly string[];
  /** Besides our own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs the program with these arguments in a process of its own, `--json` among them, and reads what it answers. Its
 * standard error is ours.
 *
 * @param json Whether our own answer is JSON: then that of a child that failed takes its place
 * @returns undefined when the child failed: it has said why, and its exit status is now ours
 * @throws UserError `engine` when it was killed, as the system does when memory runs out
 */
export async function askChild(
  args: readonly string[],
  { json, under = [], env = {} }: ChildOptions & { readonly json: boolean },
): Promise<unknown> {
  const program = path.join(packageFolder(), 'bin', 'gan-bench.js');
  const [file = process.execPath, ...rest] = [...under, process.execPath, program, ...args];
  const child = spawn(file, rest, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const closed = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
  const [answer, { code, signal }] = await Promise.all([text(child.stdout), closed]);
  if (code === null) throw killed(signal ?? 'a signal');
  if (code === 0) return JSON.parse(answer);
  process.exitCode = code;
  if (json && answer.trim() !== '') output.printJson(JSON.parse(answer));
  return undefined;
}

function killed(signal: string): UserError {
  return new UserError(
    'engine',
    `the process that measured was ended by ${signal}; where nobody sent it, memory ran out: ` +
      'lower batchSize, evalBatchSize or the number of workers.',
  );
}
