import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createArrayCsvStringifier } from 'csv-writer/dist/index.js';
import { configDifferences, type RunConfig } from '../config/index.js';
import { UserError } from '../errors.js';
import { meanAndStd, type MeanAndStd } from '../support/moments.js';
import { count } from '../support/text.js';
import type { BestEpoch } from '../train/best-epoch.js';
import { bestEpochOf } from './best-epoch.js';
import { readRunConfig, runPaths, seedOfFolder } from './directory.js';
import { epochsOf } from './epochs.js';
import { hasCode, reasonOf, removeAbandoned, writeAtomically } from './files.js';
import { readManifest, type Manifest, type RunOutcome } from './manifest.js';
import { readMetrics, type MetricsRow } from './metrics.js';
import { requireRecords } from './recorded.js';
import { summaryTable, type SummaryRow } from './tables/summary.js';
import { fieldsOf, tableOfRuns } from './tables/table.js';

/** One seed in the summary. The accuracies, in [0, 1], are there for finished runs only. */
export interface SeedSummary {
  readonly seed: number;
  /** Completed epochs. */
  readonly epochs: number;
  readonly result: SeedResult | undefined;
  /**
   * Beside how the run went: `other-config`, the seed was trained with another configuration; `damaged`, its files
   * cannot be read or are not as the run wrote them. Neither is counted.
   */
  readonly outcome: RunOutcome | 'not-started' | 'other-config' | 'damaged';
  /** What is damaged. */
  readonly reason: string | undefined;
}

export interface SeedResult {
  readonly lastTestAccuracy: number;
  readonly bestTestAccuracy: number;
  /** The first epoch that reached the best accuracy. */
  readonly bestEpoch: number;
  /** Absent, with `bestValidation`, where no training images are held out for validation. */
  readonly lastValidationAccuracy?: number | undefined;
  /** The epoch with the highest validation accuracy. */
  readonly bestValidation?: BestEpoch | undefined;
}

export interface ExperimentSummary {
  readonly file: string;
  readonly seeds: readonly SeedSummary[];
  readonly lastTestAccuracy: MeanAndStd;
  readonly bestTestAccuracy: MeanAndStd;
  /** The accuracies of the validation images; absent where no training images are held out for it. */
  readonly validation?: ValidationSummary | undefined;
}

export interface ValidationSummary {
  readonly lastAccuracy: MeanAndStd;
  /** After the epoch of each seed at which it is highest. */
  readonly bestAccuracy: MeanAndStd;
  /** After the same epochs. */
  readonly testAccuracyAtBest: MeanAndStd;
}

/**
 * Writes `summary.csv` into the folder of an experiment from the files of its seeds: those found there, finished by
 * this command or an earlier one, and those asked for. Only finished seeds have accuracies and count in mean and std.
 * @param directory `<output>/<name>`
 * @param options.seeds the seeds that the command was asked to run
 * @param options.config the resolved configuration; a seed trained with another one is named so and not counted
 * @throws UserError `io` when the folder cannot be read or the summary cannot be written
 */
export async function writeSummary(
  directory: string,
  options: { readonly seeds: readonly number[]; readonly config: RunConfig },
): Promise<ExperimentSummary> {
  const numbers = new Set([...(await seedsIn(directory)), ...options.seeds]);
  const seeds: SeedSummary[] = [];
  for (const seed of [...numbers].sort((a, b) => a - b)) {
    seeds.push(await summarizeSeed(join(directory, `seed-${seed}`), seed, options.config));
  }
  const results = seeds.map(({ result }) => result).filter((result) => result !== undefined);
  const summary: ExperimentSummary = {
    file: join(directory, 'summary.csv'),
    seeds,
    lastTestAccuracy: meanAndStd(results.map((result) => result.lastTestAccuracy)),
    bestTestAccuracy: meanAndStd(results.map((result) => result.bestTestAccuracy)),
    validation: options.config.dataset.validation === undefined ? undefined : validationOf(results),
  };
  await removeAbandoned(directory);
  await writeAtomically(summary.file, toCsvText(summary));
  return summary;
}

function validationOf(results: readonly SeedResult[]): ValidationSummary {
  const over = (of: (result: SeedResult) => number | undefined): MeanAndStd =>
    meanAndStd(results.map(of).filter((value) => value !== undefined));
  return {
    lastAccuracy: over(({ lastValidationAccuracy }) => lastValidationAccuracy),
    bestAccuracy: over(({ bestValidation }) => bestValidation?.validationAccuracy),
    testAccuracyAtBest: over(({ bestValidation }) => bestValidation?.testAccuracy),
  };
}

function toCsvText({ seeds, validation, ...summary }: ExperimentSummary): string {
  const rows: SummaryRow[] = [
    ...seeds.map(({ seed, epochs, result, outcome }) => ({
      ...{ seed, epochs, outcome },
      lastTestAccuracy: result?.lastTestAccuracy,
      bestTestAccuracy: result?.bestTestAccuracy,
      bestEpoch: result?.bestEpoch,
      lastValidationAccuracy: result?.lastValidationAccuracy,
      bestValidationAccuracy: result?.bestValidation?.validationAccuracy,
      bestValidationEpoch: result?.bestValidation?.epoch,
      testAccuracyAtBestValidation: result?.bestValidation?.testAccuracy,
    })),
    ...(['mean', 'std'] as const).map((seed) => ({
      seed,
      lastTestAccuracy: summary.lastTestAccuracy[seed],
      bestTestAccuracy: summary.bestTestAccuracy[seed],
      lastValidationAccuracy: validation?.lastAccuracy[seed],
      bestValidationAccuracy: validation?.bestAccuracy[seed],
      testAccuracyAtBestValidation: validation?.testAccuracyAtBest[seed],
    })),
  ];
  const table = tableOfRuns(summaryTable, { hasValidation: validation !== undefined });
  const stringifier = createArrayCsvStringifier({ header: table.columns });
  return `${stringifier.getHeaderString() ?? ''}${stringifier.stringifyRecords(rows.map((row) => fieldsOf(table, row)))}`;
}

/** What became of a seed. What lies in its folder is not trusted, and does not take the summary from the others. */
async function summarizeSeed(directory: string, seed: number, config: RunConfig): Promise<SeedSummary> {
  try {
    return await readSeed(directory, seed, config);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { seed, epochs: 0, result: undefined, outcome: 'damaged', reason: error.message };
  }
}

async function readSeed(directory: string, seed: number, config: RunConfig): Promise<SeedSummary> {
  const manifest = await readManifest(directory);
  const metrics = await readMetrics(runPaths(directory).metrics);
  const none = { seed, epochs: metrics.length, result: undefined, reason: undefined };
  if (manifest === undefined) return { ...none, outcome: 'not-started' };
  if (configDifferences(await readRunConfig(directory), config).length > 0) {
    return { ...none, outcome: 'other-config' };
  }
  if (manifest.outcome !== 'finished') {
    return { ...none, outcome: manifest.outcome };
  }
  return {
    ...none,
    result: await finishedResult(directory, manifest, { metrics, config }),
    outcome: 'finished',
  };
}

/**
 * What came of a finished run.
 * @throws UserError when its CSV files are not as the run wrote them: it is damaged
 */
export async function finishedResult(
  directory: string,
  { records }: Pick<Manifest, 'records'>,
  { metrics, config }: { readonly metrics: readonly MetricsRow[]; readonly config: RunConfig | undefined },
): Promise<SeedResult> {
  await requireRecords(directory, records ?? [], { isComplete: true });
  const last = metrics.at(-1);
  if (last === undefined) throw new UserError('io', `${runPaths(directory).metrics}: has no rows`);
  if (records === undefined) requireAllEpochs(directory, metrics, epochsOf(config, metrics));
  const best = metrics.reduce((a, b) => (b.test_accuracy > a.test_accuracy ? b : a));
  return {
    lastTestAccuracy: last.test_accuracy,
    bestTestAccuracy: best.test_accuracy,
    bestEpoch: best.epoch,
    ...(last.validation_accuracy !== undefined && {
      lastValidationAccuracy: last.validation_accuracy,
      bestValidation: bestEpochOf(metrics),
    }),
  };
}

/** Of a manifest that does not say how its CSV files ended the epochs are all that tells whether they are whole. */
function requireAllEpochs(directory: string, { length }: readonly MetricsRow[], epochs = 0): void {
  if (length >= epochs) return;
  throw new UserError(
    'io',
    `${runPaths(directory).metrics}: has ${length} of ${count(epochs, 'epoch')}, though the run is finished; the file is damaged`,
  );
}

async function seedsIn(directory: string): Promise<number[]> {
  try {
    const names = await readdir(directory);
    return names.map(seedOfFolder).filter((seed) => seed !== undefined);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw new UserError('io', `${directory}: could not be listed: ${reasonOf(error)}`, { cause: error });
  }
}
