import process from 'node:process';

import { quoteWords } from '../support/shell-words.js';

/** The command that goes on where the one with these arguments was stopped, fit to be pasted into a shell. */
export function resumeCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  // npm says so where `npx gan-bench` was typed; without npx the command may not be found.
  const program = env['npm_command'] === 'exec' ? ['npx', 'gan-bench'] : ['gan-bench'];
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  const resume = options.includes('--resume') ? [] : ['--resume'];
  return quoteWords([...program, ...options, ...resume, ...args.slice(options.length)]);
}
