import { resolve } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { z } from 'zod';
import type { Pause } from '../data/download.js';
import { fetchDataset, type FetchOptions, type FetchResult } from '../data/fetch.js';
import { DATASET_NAMES, type DatasetName, isDatasetName } from '../data/formats.js';
import { resolveDataRoot } from '../data/paths.js';
import { type VerificationReport, verifyDataset } from '../data/verify.js';
import { FOLDER_FORMATS, LARGEST_SIDE, type FolderSource } from '../config/index.js';
import { UserError } from '../errors.js';
import { hintFor } from '../support/nearest.js';
import { addOptions, countFrom, flagOption, optionTexts, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { printable } from '../support/text.js';
import { fetchDisplay } from './fetch-display.js';
import { dataDirOption, jsonOption, mirrorOption } from './options.js';
import { output } from './output.js';
import { verifyFolder } from './verify-folder.js';
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
  folder: z.string().min(1).optional().register(optionTexts, {
    flags: '--folder <path>',
    help: 'in place of a name: a data set of your own, as dataset.folder has it',
    allowed: 'the path of a folder',
  }),
  format: z
    .enum(FOLDER_FORMATS)
    .optional()
    .register(optionTexts, {
      flags: '--format <form>',
      help: `how it lies in the folder: ${FOLDER_FORMATS.join(', ')}`,
      allowed: FOLDER_FORMATS.join(', '),
      words: FOLDER_FORMATS,
    }),
  size: countFrom(1)
    .max(LARGEST_SIDE)
    .optional()
    .register(optionTexts, {
      flags: '--size <pixels>',
      help: 'of images: the size that they are brought to',
      allowed: `a whole number from 1 to ${LARGEST_SIDE}`,
    }),
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
With --folder every image is read, as a run would: classes with their images, mean, standard deviation and checksums.

Exit status: 0 when sizes and labels are right, 1 when they are not. Files that differ from the official ones
may be your own: that is a warning, with exit status 0.

Examples:
  $ gan-bench data verify
  $ gan-bench data verify cifar100 --data-dir ~/data --json
  $ gan-bench data verify --folder pets --format images --size 64`,
    )
    .action(async (text: string | undefined, raw: RawOptions) => {
      const { json, folder, format, size, ...folders } = parseOptions(verifyOptionsSchema, raw);
      const source = sourceOf(text, { folder, format, size });
      if (source === undefined) await verify(text, dataRoot(folders), json);
      else await verifyFolder(source, json);
    });
}

/** @throws UserError `usage` for what does not go together */
function sourceOf(
  name: string | undefined,
  { folder, format, size }: { [Key in keyof FolderSource]?: FolderSource[Key] | undefined },
): FolderSource | undefined {
  const refuse = (found: string, allowed: string): never => {
    throw new UserError('usage', `found ${found}; allowed: ${allowed}`);
  };
  if (folder === undefined) {
    if (format === undefined && size === undefined) return undefined;
    return refuse('--format or --size without --folder', 'both with a folder alone');
  }
  if (name !== undefined) return refuse(`${printable(name)} and --folder`, 'one of them');
  if (format === undefined) return refuse('--folder without --format', FOLDER_FORMATS.join(', '));
  if (size !== undefined && format !== 'images') return refuse('--size', 'it with --format images alone');
  return { folder: resolve(folder), format, size };
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
