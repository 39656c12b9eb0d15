import { Command, CommanderError } from 'commander';

import { UserError } from '../errors.js';
import { programVersion } from '../support/package.js';
import { benchCommand } from './bench.js';
import { dataCommand } from './data.js';
import { doctorCommand } from './doctor.js';
import { modelsCommand } from './models.js';
import { runCommand } from './run.js';
import { schemaCommand } from './schema.js';
import { tellError } from './tell-error.js';
import { validateCommand } from './validate.js';

/**
 * Runs the command line.
 *
 * @param args arguments without node and the script
 * @returns the exit status: 0, 1 for a failure while running, 2 for wrong usage or configuration, 130 after Ctrl-C
 */
export async function main(args: readonly string[]): Promise<number> {
  const program = buildProgram(programVersion());
  process.stdout.on('error', endQuietly);
  try {
    await program.parseAsync(args, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    return tell(error, program.opts()['debug'] === true);
  }
}

function buildProgram(version: string): Command {
  const program = new Command('gan-bench')
    .description(
      'Trains CIFAR networks with AdamW, Z-score gradient normalization and Gradient Autoscaled Normalization.',
    )
    .version(version)
    .option('--debug', 'show where an error came from')
    .addHelpText(
      'after',
      `
Example:
  $ gan-bench run configs/smoke.json

Exit status: 0 done, 1 a run failed, 2 wrong usage or configuration, 130 stopped by Ctrl-C.`,
    );
  const commands = [
    runCommand(),
    validateCommand(),
    dataCommand(),
    modelsCommand(),
    benchCommand(),
    schemaCommand(),
    doctorCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  refuseToExit(program);
  return program;
}

/** Makes commander throw instead of ending the process, so that there is one place that decides the exit status. */
function refuseToExit(command: Command): void {
  command.exitOverride().showHelpAfterError('(--help shows what is allowed)').showSuggestionAfterError();
  for (const child of command.commands) refuseToExit(child);
}

function tell(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  tellError(error, debug);
  return error instanceof UserError ? error.exitCode : 1;
}

/** `gan-bench models | head` closes the pipe early; that is no failure. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
