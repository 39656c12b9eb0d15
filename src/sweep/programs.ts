import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MILLISECONDS = 10_000;

/** What a program of the system prints; undefined where there is none of that name, or it fails or does not answer. */
export async function outputOf(program: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: TIMEOUT_MILLISECONDS });
    return stdout;
  } catch {
    return undefined;
  }
}

/** Whether the system has a program that answers this. */
export async function runs(program: string, ...args: readonly string[]): Promise<boolean> {
  return (await outputOf(program, ...args)) !== undefined;
}
