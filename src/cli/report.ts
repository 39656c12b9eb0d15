import { join } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';

import { UserError } from '../errors.js';
import { addOptions, flagOption, optionTexts, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { printable } from '../support/text.js';
import { output } from './output.js';
import { withMetrics } from '../library/with-metrics.js';
import { buildReport, PLAN, usualFolder, writeFiles } from '../library/report.js';
import { tellPassedOver } from './run-table.js';
import { compareOptionsBy, METRICS_HELP, PLACES, refuseMetrics, studyOptions } from './study-options.js';
import { readStudyRuns } from '../library/study-runs.js';

const USUAL_PORT = 6016;

const reportOptionsSchema = z.strictObject({
  ...studyOptions,
  out: z.string().min(1).optional().register(optionTexts, {
    flags: '--out <folder>',
    help: "where to write it (default: report/ in the sweep's folder, or in the one that is named)",
  }),
  plan: z
    .string()
    .min(1)
    .optional()
    .register(optionTexts, {
      flags: '--plan <file>',
      help: `plan of the analysis, shown word for word (default: ${PLAN} beside the runs)`,
    }),
  serve: flagOption('--serve', 'show it on this machine instead, brought up to date while runs go on'),
  port: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .register(optionTexts, {
      flags: '--port <number>',
      help: `port of 127.0.0.1 that --serve listens on; 0: any that is free (default: ${USUAL_PORT})`,
      allowed: 'a whole number from 0 to 65535',
    }),
});

type ReportOptions = z.output<typeof reportOptionsSchema>;

/** `gan-bench report`: the comparison with pictures, as a page and as files to cite. */
export function reportCommand(): Command {
  const command = new Command('report')
    .description(
      'write a report of a study: verdicts, curves, gradient dynamics, provenance, in one HTML file',
    )
    .argument('<file|folder...>', PLACES);
  return addOptions(command, reportOptionsSchema)
    .addHelpText(
      'after',
      `
Writes report.html, which needs no network and no script, the same as report.md with figures/*.svg, and
comparison.csv and comparison.json with the numbers. A report that is there is replaced. The first metric decides; where
it is the only one, the others are shown beside it.

${METRICS_HELP}

Examples:
  $ gan-bench report configs/sweeps/mini.yaml
  $ gan-bench report results/a results/b --out results/report --baseline optimizer=zscore
  $ gan-bench report configs/sweeps/resnet20.yaml --serve`,
    )
    .action(async (places: string[], raw: RawOptions) => {
      await report(places, parseOptions(reportOptionsSchema, raw));
    });
}

async function report(places: readonly string[], options: ReportOptions): Promise<void> {
  await refuseMetrics(places);
  if (options.serve) {
    await serve(places, options);
    return;
  }
  if (options.port !== undefined) throw new UserError('usage', '--port: is only used with --serve.');
  const { read, options: by } = withMetrics(await readStudyRuns(places), compareOptionsBy(options));
  const folder = options.out ?? usualFolder(places, read);
  tellPassedOver(read.passedOver);
  for (const note of read.notes) output.tell(`note: ${note}`);
  const { verdicts, files } = await buildReport(places, read, { ...by, plan: options.plan });
  await writeFiles(folder, files);
  output.print([...verdicts, '', `wrote ${printable(join(folder, 'report.html'))}`].join('\n'));
}

async function serve(places: readonly string[], options: ReportOptions): Promise<void> {
  if (options.out !== undefined) throw new UserError('usage', '--out: --serve writes no files.');
  const { serveReport } = await import('./report-serve.js');
  await serveReport({
    places,
    plan: options.plan === undefined ? { name: PLAN } : { file: options.plan },
    build: async () =>
      (
        await buildReport(places, await readStudyRuns(places), {
          ...compareOptionsBy(options),
          plan: options.plan,
        })
      ).files,
    port: options.port ?? USUAL_PORT,
  });
}
