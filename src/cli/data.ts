import process from 'node:process';
import { Command } from 'commander';
import { z } from 'zod';
import type { Pause } from '../data/download.js';
import { fetchDataset, type FetchOptions, type FetchResult } from '../data/fetch.js';
import { DATASET_NAMES, type DatasetName, isDatasetName } from '../data/formats.js';
import { resolveDataRoot } from '../data/paths.js';
import { type VerificationReport, verifyDataset } from '../data/verify.js';
import { UserError } from '../errors.js';
import { hintFor } from '../support/nearest.js';
import { addOptions, flagOption, optionTexts, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { printable } from '../support/text.js';
import { fetchDisplay } from './fetch-display.js';
import { dataDirOption, jsonOption, mirrorOption } from './options.js';
import { output } from './output.js';
import { describeDifference, describeProblems, printReport, reportsForPrograms } from './verify-report.js';

/** What a program around the command may replace. */
export interface DataCommandOptions {
  /** How to wait before a download is tried again. */
  readonly pause?: Pause | undefined;
}

/** `gan-bench data`: fetch and verify. Its actions throw UserErrors for the program to print. */
export function dataCommand(options: DataCommandOptions = {}): Command {
  return new Command('data')
    .description('download and check the data sets')
    .addCommand(fetchCommand(options))
    .addCommand(verifyCommand())
    .addHelpText(
      'after',
      `
Example:
  $ gan-bench data fetch cifar100`,
    );
}

const folderOptions = {
  dataDir: dataDirOption(),
  dir: z.string().optional().register(optionTexts, {
    flags: '--dir <path>',
    help: 'the same, as it was called first',
    oldNameOf: 'dataDir',
  }),
};

const fetchOptionsSchema = z.strictObject({
  ...folderOptions,
  mirror: mirrorOption(),
  json: jsonOption('the result'),
});

const verifyOptionsSchema = z.strictObject({
  ...folderOptions,
  json: flagOption('--json', 'print the reports as one line of JSON'),
});

function dataRoot({
  dataDir,
  dir,
}: {
  readonly dataDir?: string | undefined;
  readonly dir?: string | undefined;
}) {
  return resolveDataRoot({ option: dataDir ?? dir, env: process.env });
}

function fetchCommand({ pause }: DataCommandOptions): Command {
  const command = new Command('fetch')
    .description('download a data set, verify it and put it into the data folder')
    .argument('<name>', `the data set: ${DATASET_NAMES.join(', ')}`);
  return addOptions(command, fetchOptionsSchema)
    .addHelpText(
      'after',
      `
A download that was cut off goes on where it stopped when the command is run again.
The archive must have the official checksum, wherever it comes from.

Examples:
  $ gan-bench data fetch cifar100
  $ gan-bench data fetch cifar10 --data-dir ~/data --mirror https://example.org/cifar/`,
    )
    .action(async (text: string, raw: RawOptions) => {
      const { mirror, json, ...folders } = parseOptions(fetchOptionsSchema, raw);
      const name = parseName(text);
      const result = await fetchShown(name, dataRoot(folders), { mirror, pause, quiet: json });
      if (json) output.printJson({ name, ...result }, 0);
      else output.print(`${name}: ${result.downloaded ? 'ready' : 'already there'}, ${result.directory}`);
    });
}

function verifyCommand(): Command {
  const command = new Command('verify')
    .description('check the files of a data set: sizes, labels, images of each class, official checksums')
    .argument('[name]', `the data set: ${DATASET_NAMES.join(', ')} (default: all that are there)`);
  return addOptions(command, verifyOptionsSchema)
    .addHelpText(
      'after',
      `
Exit status: 0 when sizes and labels are right, 1 when they are not. Files that differ from the official ones
may be your own: that is a warning, with exit status 0.

Examples:
  $ gan-bench data verify
  $ gan-bench data verify cifar100 --data-dir ~/data --json`,
    )
    .action(async (text: string | undefined, raw: RawOptions) => {
      const { json, ...folders } = parseOptions(verifyOptionsSchema, raw);
      await verify(text, dataRoot(folders), json);
    });
}

async function verify(text: string | undefined, root: string, json: boolean): Promise<void> {
  const names = text === undefined ? DATASET_NAMES : [parseName(text)];
  const reports: VerificationReport[] = [];
  for (const name of names) reports.push(await verifyDataset(name, root));
  const shown = text === undefined ? reports.filter((report) => report.found) : reports;
  if (json) output.printJson(reportsForPrograms(shown), 0);
  else for (const report of reports) printReport(report, shown.includes(report));
  for (const warning of shown.flatMap(describeDifference)) output.tell(`warning: ${warning}`);
  const bad = shown.filter((report) => !report.ok);
  if (bad.length > 0) throw new UserError('data', bad.map(describeProblems).join('\n'));
}

function parseName(text: string): DatasetName {
  if (isDatasetName(text)) return text;
  const known = DATASET_NAMES.join(', ');
  const hint = hintFor(text, DATASET_NAMES);
  throw new UserError('usage', `unknown data set "${printable(text)}"; known are ${known}${hint}`);
}

async function fetchShown(
  name: DatasetName,
  root: string,
  { quiet, mirror, pause }: Pick<FetchOptions, 'mirror' | 'pause'> & { readonly quiet: boolean },
): Promise<FetchResult> {
  const display = quiet ? undefined : fetchDisplay(name, output);
  try {
    return await fetchDataset({
      name,
      root,
      mirror,
      pause,
      onProgress: display?.onProgress,
      onRetry: display?.onRetry,
    });
  } finally {
    display?.stop();
  }
}
