import process from 'node:process';

import { Command } from 'commander';

import { loadConfig } from '../config/index.js';
import type { RunConfig } from '../config/index.js';
import { trainConfig } from '../library/train.js';
import { UserError } from '../errors.js';
import { providePlugin } from '../plugin/open.js';
import type { ExperimentSummary } from '../record/summary.js';
import { addOptions, parseOptions } from '../support/options.js';
import { doInterruptibly } from './interrupts.js';
import { terminalReporter } from './reporter.js';
import { allRunOptionsSchema, runOptionsSchema } from './run-options.js';
import type { RunOptions } from './run-options.js';
import { accuracyFailures, printSummary } from './run-report.js';
import { resumeCommand, typedCommand } from './shell.js';

/** `gan-bench run`: trains every seed of a configuration in turn. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('train a configuration, every seed in turn')
    .argument('[config]', 'JSON or YAML file, or the name of a preset such as resnet56-gan');
  return addOptions(command, runOptionsSchema)
    .addHelpText(
      'after',
      `
Each seed goes into <output>/<name>/seed-<n>/: metrics.csv, gradients.csv, config.json, manifest.json, checkpoints/.
Ctrl-C saves a checkpoint first, as SIGTERM and SIGHUP do; a second Ctrl-C stops at once. Both can be continued
with --resume. With --json a seed that failed carries its error, and so does the answer of a command that could not run.

Examples:
  $ gan-bench run smoke
  $ gan-bench run resnet56-gan --seed 42 --set epochs=5 --out my-results
  $ gan-bench run resnet56-gan --resume
  $ gan-bench run mine.yaml --json --min-accuracy 0.02`,
    )
    .action((file: string | undefined, _raw: unknown, self: Command) => {
      const options = parseOptions(allRunOptionsSchema, self.optsWithGlobals());
      return run(configOf(file, options), options);
    });
}

/** The one that was named, either way. */
function configOf(file: string | undefined, { preset }: RunOptions): string {
  const [only, ...others] = [file, preset].filter((name) => name !== undefined);
  if (only !== undefined && others.length === 0) return only;
  const found = only === undefined ? 'neither a configuration nor --preset' : 'a configuration and --preset';
  throw new UserError('usage', `found ${found}; allowed: one of them, such as gan-bench run resnet56-gan`);
}

async function run(file: string, options: RunOptions): Promise<void> {
  const { set, seed: seeds, backend, out } = options;
  const config = await loadConfig(file, { set, seeds, backend, output: out }, providePlugin);
  await trainHere(config, options, resumeCommand(process.argv.slice(2)));
}

/**
 * Trains every seed of a configuration in this process, in front of the user, and sets the exit status.
 *
 * @param again the command that goes on where this one was stopped
 * @returns whether it was stopped by no more than the warning of SLURM that this job has to make way
 */
export async function trainHere(config: RunConfig, options: RunOptions, again: string): Promise<boolean> {
  return await doInterruptibly(again, async (signal) => {
    if (await runSeeds(config, options, signal)) process.exitCode = 1;
  });
}

/** @returns whether a seed failed, or is worse than was asked for */
async function runSeeds(config: RunConfig, options: RunOptions, signal: AbortSignal): Promise<boolean> {
  const reporter = terminalReporter(options);
  const failures = new Map<number, unknown>();
  let summary: ExperimentSummary | undefined;
  try {
    for await (const event of trainConfig(config, { ...options, signal, commandLine: typedCommand() })) {
      await reporter.on(event);
      if (event.type === 'seed-ended' && event.outcome === 'failed') failures.set(event.seed, event.error);
      else if (event.type === 'summary') ({ summary } = event);
    }
  } finally {
    reporter.close();
  }
  if (summary === undefined) return false;
  for (const [seed, error] of accuracyFailures(summary, config.seeds, options.minAccuracy)) {
    failures.set(seed, error);
    reporter.fail(error);
  }
  printSummary(summary, failures, options);
  return failures.size > 0;
}
