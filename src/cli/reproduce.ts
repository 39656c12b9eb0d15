import process from 'node:process';

import { Command } from 'commander';
import { z } from 'zod';

import { reproduceRun, type Reproduction } from '../library/reproduce.js';
import { addOptions, countFrom, flagOption, optionTexts, parseOptions } from '../support/options.js';
import { doInterruptibly } from './interrupts.js';
import { backendOption, dataDirOption, jsonOption, programOptionsSchema } from './options.js';
import { output } from './output.js';
import { terminalReporter } from './reporter.js';
import { printFacts, printReproduction } from './reproduce-report.js';
import { shellCommand, typedCommand } from './shell.js';
import { describeError } from './tell-error.js';

const reproduceOptionsSchema = z.strictObject({
  steps: countFrom(1).optional().register(optionTexts, {
    flags: '--steps <n>',
    help: 'train only the first n steps, and compare the rows there are',
    allowed: 'a whole number from 1 on, such as 200',
  }),
  backend: backendOption(),
  dataDir: dataDirOption(),
  out: z.string().optional().register(optionTexts, {
    flags: '--out <path>',
    help: 'the folder for the repetition (default: in results/reproduced)',
  }),
  offline: flagOption('--offline', 'never download a data set'),
  quiet: flagOption('--quiet', 'show no progress'),
  json: jsonOption('what was compared, and what came of it,'),
});

const allOptionsSchema = reproduceOptionsSchema.extend(programOptionsSchema.shape);

type ReproduceOptions = z.output<typeof allOptionsSchema>;

/** `gan-bench reproduce`: trains a finished run once more and compares the bytes; exit status 1 when they are others. */
export function reproduceCommand(): Command {
  const command = new Command('reproduce')
    .description('repeat a finished run, and compare the bytes')
    .argument('<run>', 'the folder of a run, or its manifest.json');
  return addOptions(command, reproduceOptionsSchema)
    .addHelpText(
      'after',
      `
Says what decides the bytes and is another here than it was for the run, trains its configuration and seed anew in
<out>/<name>/seed-<n>/, and compares steps.csv, gradients.csv and metrics.csv, less what is measured of time or machine.
The run itself is only read. The same command again goes on with a repetition that was stopped, and only compares one
that is finished. Exit status: 0 the same bytes, 1 others.

Examples:
  $ gan-bench reproduce results/reference/study/resnet20-30-epochs/adamw/seed-1
  $ gan-bench reproduce results/reference/mini/gan/seed-2 --steps 41 --json`,
    )
    .action(async (place: string, _raw: unknown, self: Command) => {
      const options = parseOptions(allOptionsSchema, self.optsWithGlobals());
      await doInterruptibly(shellCommand(process.argv.slice(2)), async (signal) => {
        const reproduction = await reproduce(place, options, signal);
        if (reproduction === undefined) return;
        if (options.json) output.printJson(reproduction);
        else printReproduction(reproduction);
        if (!reproduction.isSame) process.exitCode = 1;
      });
    });
}

/** @returns undefined when it was interrupted, or failed, which it has said and is our exit status */
async function reproduce(
  place: string,
  options: ReproduceOptions,
  signal: AbortSignal,
): Promise<Reproduction | undefined> {
  const { json } = options;
  const reporter = terminalReporter(options);
  try {
    for await (const event of reproduceRun(place, { ...options, signal, commandLine: typedCommand() })) {
      if (event.type === 'compared') return event.reproduction;
      if (event.type === 'facts') {
        if (!json) printFacts(event.facts, event.commit);
        continue;
      }
      await reporter.on(event);
      if (event.type !== 'seed-ended' || event.outcome !== 'failed') continue;
      process.exitCode = 1;
      if (json) output.printJson({ error: describeError(event.error) }, 0);
    }
  } finally {
    reporter.close();
  }
  return undefined;
}
