import process from 'node:process';
import { Command } from 'commander';
import type { Pause } from '../data/download.js';
import { fetchDataset, type FetchResult } from '../data/fetch.js';
import { DATASET_NAMES, type DatasetName, DATASETS, isDatasetName } from '../data/formats.js';
import { datasetDirectory, isPresent, resolveDataRoot } from '../data/paths.js';
import { type VerificationReport, verifyDataset } from '../data/verify.js';
import { UserError } from '../errors.js';
import { fetchDisplay } from './fetch-display.js';

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

interface FetchFlags {
  readonly dir?: string;
  readonly mirror?: string;
  readonly json?: true;
}

function fetchCommand({ pause }: DataCommandOptions): Command {
  return new Command('fetch')
    .description('download a data set, verify it and put it into the data folder')
    .argument('<name>', `the data set: ${DATASET_NAMES.join(', ')}`)
    .option('--dir <path>', 'the data folder (default: $GAN_BENCH_DATA, else data/)')
    .option('--mirror <url>', 'download from here: the address of a folder, or of the .tar.gz itself')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
A download that was cut off goes on where it stopped when the command is run again.
The archive must have the official checksum, wherever it comes from.

Examples:
  $ gan-bench data fetch cifar100
  $ gan-bench data fetch cifar10 --dir ~/data --mirror https://example.org/cifar/`,
    )
    .action(async (text: string, flags: FetchFlags) => {
      const name = parseName(text);
      const root = resolveDataRoot({ option: flags.dir, env: process.env });
      const result = await fetchShown(name, root, {
        mirror: flags.mirror,
        pause,
        quiet: flags.json === true,
      });
      if (flags.json === true) console.log(JSON.stringify({ name, ...result }));
      else console.log(`${name}: ${result.downloaded ? 'ready' : 'already there'}, ${result.directory}`);
    });
}

interface VerifyFlags {
  readonly dir?: string;
  readonly json?: true;
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('check the files of a data set: sizes, labels, images of each class')
    .argument('[name]', `the data set: ${DATASET_NAMES.join(', ')} (default: all that are there)`)
    .option('--dir <path>', 'the data folder (default: $GAN_BENCH_DATA, else data/)')
    .option('--json', 'print the reports as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gan-bench data verify
  $ gan-bench data verify cifar100 --dir ~/data --json`,
    )
    .action(async (text: string | undefined, flags: VerifyFlags) => {
      const root = resolveDataRoot({ option: flags.dir, env: process.env });
      const names = text === undefined ? DATASET_NAMES : [parseName(text)];
      const reports: VerificationReport[] = [];
      for (const name of names) reports.push(await verifyDataset(name, root));
      const shown = text === undefined ? reports.filter((report) => report.found) : reports;
      if (flags.json === true) console.log(JSON.stringify(shown, undefined, 2));
      else for (const report of reports) printReport(report, shown.includes(report));
      const bad = shown.filter((report) => !report.ok);
      if (bad.length > 0) throw new UserError('data', bad.map(describeProblems).join('\n'));
    });
}

function printReport(report: VerificationReport, isThere: boolean): void {
  if (!isThere) {
    console.log(`${report.name}: not in ${report.directory} (gan-bench data fetch ${report.name})`);
    return;
  }
  if (!report.ok) return;
  const { train, test } = report.classCounts;
  console.log(
    `${report.name}: ok, ${sum(train)} training and ${sum(test)} test images of ${train.length} classes, ` +
      `${train[0] ?? 0} and ${test[0] ?? 0} each, in ${report.directory}`,
  );
  for (const file of report.files) console.log(`  ${file.sha256}  ${file.name}`);
}

function describeProblems(report: VerificationReport): string {
  const fix =
    DATASETS[report.name].archive === undefined
      ? 'it comes with the program: install the program again'
      : `remove the folder, if it is there, and run: gan-bench data fetch ${report.name}`;
  return `${report.name}: not usable, in ${report.directory}\n${report.problems.map((problem) => `  - ${problem}\n`).join('')}  ${fix}`;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
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
 * @throws {UserError} `data` when it is missing and `offline`, or cannot be fetched; see {@link fetchDataset}.
 */
export async function ensureDataset(
  name: DatasetName,
  root: string,
  options: EnsureOptions,
): Promise<FetchResult> {
  const directory = datasetDirectory(name, root);
  if (await isPresent(name, root)) return { directory, downloaded: false };
  if (options.offline && DATASETS[name].archive !== undefined)
    throw new UserError(
      'data',
      `${name} is not in ${directory}, and --offline forbids downloading it; where there is a network, run: ` +
        `gan-bench data fetch ${name} --dir ${root} (or name the folder that holds ${DATASETS[name].folder}/ ` +
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
