import process from 'node:process';

import { Command, CommanderError } from 'commander';

import { UserError } from '../errors.js';
import { addOptions } from '../support/options.js';
import { programVersion } from '../support/package.js';
import { benchCommand } from './bench.js';
import { compareCommand } from './compare.js';
import { dataCommand } from './data.js';
import { doctorCommand } from './doctor.js';
import { estimateCommand } from './estimate.js';
import { exportCommand } from './export.js';
import { watchTerminals } from './hangup.js';
import { modelsCommand } from './models.js';
import { programOptionsSchema } from './options.js';
import { output } from './output.js';
import { pluginCommand } from './plugin.js';
import { reportCommand } from './report.js';
import { reproduceCommand } from './reproduce.js';
import { runCommand } from './run.js';
import { runsCommand } from './runs.js';
import { schemaCommand } from './schema.js';
import { setupCommand } from './setup.js';
import { sweepCommand } from './sweep.js';
import { describeError, tellError } from './tell-error.js';
import { validateCommand } from './validate.js';

/**
 * Runs the command line.
 *
 * @param args arguments without node and the script
 * @returns the exit status: 0, 1 for a failure while running, 2 for wrong usage or configuration, 130 after Ctrl-C
 */
export async function main(args: readonly string[]): Promise<number> {
  const program = buildProgram(programVersion());
  const debug = (): boolean => program.opts()['debug'] === true;
  const closeLostTerminals = watchTerminals();
  const before = output.documents;
  let status = 0;
  try {
    await program.parseAsync(args, { from: 'user' }).finally(() => {
      output.setStatus(undefined);
    });
    if (typeof process.exitCode === 'number') status = process.exitCode;
  } catch (error) {
    status = exitStatusOf(error);
    const told = error instanceof CommanderError ? usageError(error) : error;
    // What commander refuses, it has told already.
    if (told === error) tellError(error, debug());
    if (status !== 0 && wantsJson(args) && output.documents === before)
      output.printJson({ error: describeError(told) }, 0);
  }
  const missing = await output.flush();
  if (missing !== undefined) {
    tellError(missing, debug());
    await output.flush();
    status ||= missing.exitCode;
  }
  closeLostTerminals();
  return status;
}

function buildProgram(version: string): Command {
  const program = new Command('gan-bench')
    .description(
      'Trains CIFAR networks with AdamW, Z-score gradient normalization and Gradient Autoscaled Normalization.',
    )
    .version(version);
  addOptions(program, programOptionsSchema).addHelpText(
    'after',
    `
Example:
  $ gan-bench run configs/smoke.json

Exit status: 0 done, 1 a run failed, 2 wrong usage or configuration, 130 stopped by Ctrl-C (143 by SIGTERM, 129 by
SIGHUP). Commands with --json answer a failure with {"error": {"code", "message"}} on standard output.`,
  );
  const commands = [
    runCommand(),
    sweepCommand(),
    runsCommand(),
    reproduceCommand(),
    compareCommand(),
    reportCommand(),
    exportCommand(),
    validateCommand(),
    dataCommand(),
    modelsCommand(),
    benchCommand(),
    estimateCommand(),
    pluginCommand(),
    schemaCommand(),
    setupCommand(),
    doctorCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  takeOver(program);
  return program;
}

/** Makes commander print through our output and throw instead of ending the process, so that one place decides the exit status. */
function takeOver(command: Command): void {
  command
    .exitOverride()
    .showHelpAfterError('(--help shows what is allowed)')
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => {
        output.print(withoutLineEnd(text));
      },
      writeErr: (text) => {
        output.tell(withoutLineEnd(text));
      },
    });
  for (const child of command.commands) takeOver(child);
}

function withoutLineEnd(text: string): string {
  return text.replace(/\n$/, '');
}

function exitStatusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof UserError ? error.exitCode : 1;
}

function usageError(error: CommanderError): UserError {
  return new UserError('usage', error.message.replace(/^error: /, ''), { cause: error });
}

/** Whether the answer is for a program; also known where the arguments cannot be understood. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}
