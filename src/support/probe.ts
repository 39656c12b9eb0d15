import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { z } from 'zod';

/** Starting a GPU for the first time can take most of a minute. */
const timeoutMilliseconds = 180_000;

/** How a child process ended that did not answer. */
interface Ending {
  readonly signal?: NodeJS.Signals | null | undefined;
  readonly killed?: boolean;
}

/**
 * Runs a program in a process of its own, so that what crashes in it cannot take the caller along.
 *
 * @param what - What it tries, as the subject of a sentence.
 * @param schema - Of its answer, JSON in the last line of its standard output.
 * @param env - Set in its environment, over what is set here.
 * @returns The answer, or a sentence that says why there is none.
 */
export async function probe<Answer>(
  what: string,
  script: string,
  schema: z.ZodType<Answer>,
  env: Readonly<Record<string, string>> = {},
): Promise<Answer | string> {
  return await new Promise((resolve) => {
    const options = {
      env: { ...process.env, ...env },
      timeout: timeoutMilliseconds,
      maxBuffer: 16 * 1024 * 1024,
    };
    execFile(process.execPath, [script], options, (error, stdout, stderr) => {
      resolve(answerIn(stdout, schema) ?? describeFailure(what, error, stderr));
    });
  });
}

/** A compiled program beside a module: the child needs JavaScript also where the module runs as TypeScript, in tests. */
export function compiledBeside(moduleUrl: string, name: string): string {
  const url = new URL(name, moduleUrl);
  if (moduleUrl.endsWith('.ts')) url.pathname = url.pathname.replace('/src/', '/dist/src/');
  return fileURLToPath(url);
}

function answerIn<Answer>(stdout: string, schema: z.ZodType<Answer>): Answer | undefined {
  try {
    return schema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  } catch {
    return undefined;
  }
}

function describeFailure(what: string, error: Ending | null, stderr: string): string {
  if (error?.killed === true) return `${what} did not answer within ${timeoutMilliseconds / 1000} seconds.`;
  if (error?.signal === 'SIGILL')
    return `${what} needs instructions that this processor does not have (SIGILL).`;
  if (error?.signal) return `${what} crashed while loading (${error.signal}).`;
  const lastLine = stderr.trim().split('\n').at(-1);
  return lastLine ? `${what} could not be tried: ${lastLine}` : `${what} ended the process while loading.`;
}
