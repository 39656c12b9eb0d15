import process from 'node:process';

import { Command } from 'commander';
import type { z } from 'zod';

import { addOptions, parseOptions } from '../../src/support/options.js';
import type { OptionsSchema } from '../../src/support/options.js';
import { messageOf, UserError } from '../../src/errors.js';

export interface ScriptText {
  readonly name: string;
  readonly description: string;
  /** What help says after the options. */
  readonly help?: string;
}

/**
 * Reads the command line of a script; `--help` prints and ends the process.
 *
 * @throws UserError `usage` naming the option, what was found and what is allowed
 */
export function readScriptOptions<T extends OptionsSchema>(
  args: readonly string[],
  schema: T,
  { name, description, help = '' }: ScriptText,
): z.output<T> {
  const command = addOptions(new Command(name).description(description), schema).addHelpText('after', help);
  command.configureOutput({ writeErr: () => undefined }).exitOverride((error) => {
    if (error.exitCode === 0) process.exit(0);
    throw new UserError('usage', error.message.replace(/^error: /, ''));
  });
  command.parse([...args], { from: 'user' });
  return parseOptions(schema, command.opts());
}

/** Says what ended a script, and sets its exit status; where a mistake of ours came from, too. */
export function reportFailure(name: string, error: unknown): void {
  const known = error instanceof UserError;
  const text = known || !(error instanceof Error) ? messageOf(error) : (error.stack ?? error.message);
  console.error(`${name}: ${text}`);
  process.exitCode = known ? error.exitCode : 1;
}
