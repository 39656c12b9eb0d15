import { Command } from 'commander';
import { z } from 'zod';

import { UserError } from '../errors.js';
import { addOptions, flagOption, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { jsonOption } from './options.js';
import { output } from './output.js';
import { tellPassedOver } from './run-table.js';
import { compareOptionsBy, METRICS_HELP, PLACES, refuseMetrics, studyOptions } from './study-options.js';
import { askedOf } from '../library/asked.js';
import { withMetrics } from '../library/with-metrics.js';
import { readStudyRuns } from '../library/study-runs.js';

const compareOptionsSchema = z.strictObject({
  ...studyOptions,
  json: jsonOption('the comparison, with every number,'),
  csv: flagOption(
    '--csv',
    'print it as CSV, a row a metric and configuration or pooled contrast, with every number',
  ),
});

/** `gan-bench compare`: which configuration is better, and how sure that is. */
export function compareCommand(): Command {
  const command = new Command('compare')
    .description('compare the configurations of a study, seed by seed: which is better, and how sure that is')
    .argument('<file|folder...>', PLACES);
  return addOptions(command, compareOptionsSchema)
    .addHelpText(
      'after',
      `
Each configuration is compared with the baseline that was trained like it in everything else. A difference is
"better" or "worse" when it is told from 0 (p < 0.05 after Holm), "equivalent" when its 90 % interval lies within
the margin, else "inconclusive". One seed has no interval and no verdict. docs/statistics.md has the rules.

${METRICS_HELP}

Examples:
  $ gan-bench compare configs/sweeps/resnet20.yaml
  $ gan-bench compare results/study --baseline optimizer=zscore --margin 0.01
  $ gan-bench compare results/study --metric last --metric epochs-to:0.6 --metric noise
  $ gan-bench compare results/a results/b --metric epochs-to:0.6 --csv > comparison.csv`,
    )
    .action(async (places: string[], raw: RawOptions) => {
      await compare(places, parseOptions(compareOptionsSchema, raw));
    });
}

async function compare(
  places: readonly string[],
  { json, csv, ...options }: z.output<typeof compareOptionsSchema>,
): Promise<void> {
  if (json && csv) throw new UserError('usage', '--json and --csv: only one of them can be printed.');
  // What is wrong with them is said before anything is read.
  askedOf(compareOptionsBy(options));
  await refuseMetrics(places);
  const { read, options: by } = withMetrics(await readStudyRuns(places), compareOptionsBy(options));
  // Student's t is compiled when it is loaded, for which no other command should wait.
  const { compareRuns } = await import('../library/compare.js');
  // Also before a refusal, which they may explain.
  if (!json) {
    tellPassedOver(read.passedOver);
    for (const note of read.notes) output.tell(`note: ${note}`);
  }
  const comparison = compareRuns(read, askedOf(by));
  if (json) output.printJson(comparison);
  else output.print(csv ? comparison.toCsv() : comparison.toLines().join('\n'));
}
