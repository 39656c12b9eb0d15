import process from 'node:process';
import { Command, Option } from 'commander';
import type { Pause } from '../data/download.js';
import { fetchDataset, type FetchResult } from '../data/fetch.js';
import { DATASET_NAMES, type DatasetName, DATASETS, isDatasetName } from '../data/formats.js';
import { archiveUrl } from '../data/mirror.js';
import { datasetDirectory, isPresent, resolveDataRoot } from '../data/paths.js';
import { type VerificationReport, verifyDataset } from '../data/verify.js';
import { UserError } from '../errors.js';
import { fetchDisplay } from './fetch-display.js';
import { describeDifference, describeProblems, printReport, reportsForPrograms } from './verify-report.js';

/** Of the option `--mirror`, here and of `run`. */
export const MIRROR_HELP = 'download from here: the address of a folder, or of the .tar.gz itself';

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

interface DataFlags {
  readonly dataDir?: string;
  /** What `dataDir` was called first. */
  readonly dir?: string;
  readonly json?: true;
}

interface FetchFlags extends DataFlags {
  readonly mirror?: string;
}

function withDataFolder(command: Command): Command {
  return command
    .option('--data-dir <path>', 'the data folder (default: $GAN_BENCH_DATA, else data/)')
    .addOption(
      new Option('--dir <path>', 'the same, as it was called first').conflicts('dataDir').hideHelp(),
    );
}

function dataRoot({ dataDir, dir }: DataFlags): string {
  return resolveDataRoot({ option: dataDir ?? dir, env: process.env });
}

function fetchCommand({ pause }: DataCommandOptions): Command {
  return withDataFolder(new Command('fetch'))
    .description('download a data set, verify it and put it into the data folder')
    .argument('<name>', `the data set: ${DATASET_NAMES.join(', ')}`)
    .option('--mirror <url>', MIRROR_HELP)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
A download that was cut off goes on where it stopped when the command is run again.
The archive must have the official checksum, wherever it comes from.

Examples:
  $ gan-bench data fetch cifar100
  $ gan-bench data fetch cifar10 --data-dir ~/data --mirror https://example.org/cifar/`,
    )
    .action(async (text: string, flags: FetchFlags) => {
      const name = parseName(text);
      const root = dataRoot(flags);
      const result = await fetchShown(name, root, {
        mirror: flags.mirror,
        pause,
        quiet: flags.json === true,
      });
      if (flags.json === true) console.log(JSON.stringify({ name, ...result }));
      else console.log(`${name}: ${result.downloaded ? 'ready' : 'already there'}, ${result.directory}`);
    });
}

function verifyCommand(): Command {
  return withDataFolder(new Command('verify'))
    .description('check the files of a data set: sizes, labels, images of each class, official checksums')
    .argument('[name]', `the data set: ${DATASET_NAMES.join(', ')} (default: all that are there)`)
    .option('--json', 'print the reports as one line of JSON')
    .addHelpText(
      'after',
      `
Exit status: 0 when sizes and labels are right, 1 when they are not. Files that differ from the official ones
may be your own: that is a warning, with exit status 0.

Examples:
  $ gan-bench data verify
  $ gan-bench data verify cifar100 --data-dir ~/data --json`,
    )
    .action(async (text: string | undefined, flags: DataFlags) => {
      const root = dataRoot(flags);
      const names = text === undefined ? DATASET_NAMES : [parseName(text)];
      const reports: VerificationReport[] = [];
      for (const name of names) reports.push(await verifyDataset(name, root));
      const shown = text === undefined ? reports.filter((report) => report.found) : reports;
      if (flags.json === true) console.log(JSON.stringify(reportsForPrograms(shown)));
      else for (const report of reports) printReport(report, shown.includes(report));
      for (const warning of shown.flatMap(describeDifference)) console.error(`warning: ${warning}`);
      const bad = shown.filter((report) => !report.ok);
      if (bad.length > 0) throw new UserError('data', bad.map(describeProblems).join('\n'));
    });
}

function parseName(text: string): DatasetName {
  if (isDatasetName(text)) return text;
  throw new UserError('usage', `unknown data set "${text}"; known are ${DATASET_NAMES.join(', ')}`);
}

export interface EnsureOptions {
  /** Never download: a missing data set is an error. */
  readonly offline: boolean;
  /** Show no progress. */
  readonly quiet: boolean;
  readonly mirror?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly pause?: Pause | undefined;
}

/**
 * Fetches a data set that is not in the data root, with progress on standard error.
 * @throws {UserError} `data` when it is missing and `offline`, or cannot be fetched; `usage` for a wrong mirror, also
 *   where nothing has to be fetched. See {@link fetchDataset}.
 */
export async function ensureDataset(
  name: DatasetName,
  root: string,
  options: EnsureOptions,
): Promise<FetchResult> {
  const { archive, folder } = DATASETS[name];
  if (archive !== undefined) archiveUrl(archive, options.mirror);
  const directory = datasetDirectory(name, root);
  if (await isPresent(name, root)) return { directory, downloaded: false };
  if (options.offline && archive !== undefined)
    throw new UserError(
      'data',
      `${name} is not in ${directory}, and --offline forbids downloading it; where there is a network, run: ` +
        `gan-bench data fetch ${name} --data-dir ${root} (or name the folder that holds ${folder}/ ` +
        'with --data-dir or GAN_BENCH_DATA)',
    );
  return fetchShown(name, root, options);
}

async function fetchShown(
  name: DatasetName,
  root: string,
  { quiet, mirror, signal, pause }: Omit<EnsureOptions, 'offline'>,
): Promise<FetchResult> {
  const display = quiet ? undefined : fetchDisplay(name, process.stderr);
  try {
    return await fetchDataset({
      name,
      root,
      mirror,
      signal,
      pause,
      onProgress: display?.onProgress,
      onRetry: display?.onRetry,
    });
  } finally {
    display?.stop();
  }
}
