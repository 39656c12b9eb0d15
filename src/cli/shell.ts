import process from 'node:process';

import { quoteWords } from '../support/shell-words.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** A command of this program, fit to be pasted into a shell. */
export function shellCommand(args: readonly string[], env: Environment = process.env): string {
  // npm says so where `npx gan-bench` or `npm run …` was typed; without npx the command may not be found.
  const program = ['exec', 'run', 'run-script'].includes(env['npm_command'] ?? '')
    ? ['npx', 'gan-bench']
    : ['gan-bench'];
  return quoteWords([...program, ...args]);
}

/** What was typed, as a manifest has it. */
export function typedCommand(): string[] {
  return ['gan-bench', ...process.argv.slice(2)];
}

/** The command that goes on where the run with these arguments was stopped. */
export function resumeCommand(args: readonly string[], env: Environment = process.env): string {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  const resume = options.includes('--resume') ? [] : ['--resume'];
  return shellCommand([...options, ...resume, ...args.slice(options.length)], env);
}
