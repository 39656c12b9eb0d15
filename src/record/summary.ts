import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createArrayCsvStringifier } from 'csv-writer/dist/index.js';
import { messageOf, UserError } from '../errors.js';
import { readRunConfig, runPaths } from './directory.js';
import { hasCode, writeAtomically } from './files.js';
import { readManifest, type RunOutcome } from './manifest.js';
import { readMetrics } from './metrics.js';
import { summaryTable, type SummaryRow } from './tables/summary.js';
import { fieldsOf } from './tables/table.js';

/** Keys of the configuration that say where and how a run is made and recorded, not what it trains. */
const circumstances = new Set(['seeds', 'output', 'log', 'checkpoint', 'backend']);

/** One seed in the summary. The accuracies, in [0, 1], are there for finished runs only. */
export interface SeedSummary {
  readonly seed: number;
  /** Completed epochs. */
  readonly epochs: number;
  readonly result: SeedResult | undefined;
  /** `other-config`: the seed was trained with another configuration, so it is not counted. */
  readonly outcome: RunOutcome | 'not-started' | 'other-config';
}

export interface SeedResult {
  readonly lastTestAccuracy: number;
  readonly bestTestAccuracy: number;
  /** The first epoch that reached the best accuracy. */
  readonly bestEpoch: number;
}

/** Mean and sample standard deviation (divided by n − 1); undefined where there are too few values. */
export interface MeanAndStd {
  readonly mean: number | undefined;
  readonly std: number | undefined;
}

export interface ExperimentSummary {
  readonly file: string;
  readonly seeds: readonly SeedSummary[];
  readonly lastTestAccuracy: MeanAndStd;
  readonly bestTestAccuracy: MeanAndStd;
}

/** Mean and sample standard deviation of some values. */
export function meanAndStd(values: readonly number[]): MeanAndStd {
  const count = values.length;
  if (count === 0) return { mean: undefined, std: undefined };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, std: undefined };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (count - 1)) };
}

/**
 * Writes `summary.csv` into the folder of an experiment from the files of its seeds: those found there, finished by
 * this command or an earlier one, and those asked for. Only finished seeds have accuracies and count in mean and std.
 * @param directory `<output>/<name>`
 * @param options.seeds the seeds that the command was asked to run
 * @param options.config the resolved configuration; a seed trained with another one is named so and not counted
 * @throws UserError `io` when a file of a seed is damaged or the summary cannot be written
 */
export async function writeSummary(
  directory: string,
  options: { readonly seeds: readonly number[]; readonly config: unknown },
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
  };
  await writeAtomically(summary.file, toCsvText(summary));
  return summary;
}

function toCsvText({ seeds, lastTestAccuracy: last, bestTestAccuracy: best }: ExperimentSummary): string {
  const rows: SummaryRow[] = [
    ...seeds.map(({ seed, epochs, result, outcome }) => ({
      ...{ seed, epochs, outcome },
      lastTestAccuracy: result?.lastTestAccuracy,
      bestTestAccuracy: result?.bestTestAccuracy,
      bestEpoch: result?.bestEpoch,
    })),
    { seed: 'mean', lastTestAccuracy: last.mean, bestTestAccuracy: best.mean },
    { seed: 'std', lastTestAccuracy: last.std, bestTestAccuracy: best.std },
  ];
  const stringifier = createArrayCsvStringifier({ header: summaryTable.columns });
  return `${stringifier.getHeaderString() ?? ''}${stringifier.stringifyRecords(rows.map((row) => fieldsOf(summaryTable, row)))}`;
}

async function summarizeSeed(directory: string, seed: number, config: unknown): Promise<SeedSummary> {
  const metrics = await readMetrics(runPaths(directory).metrics);
  const manifest = await readManifest(directory);
  const epochs = metrics.length;
  if (manifest === undefined) return { seed, epochs, result: undefined, outcome: 'not-started' };
  if (!isDeepStrictEqual(methodOf(await readRunConfig(directory)), methodOf(toJsonValue(config)))) {
    return { seed, epochs, result: undefined, outcome: 'other-config' };
  }
  const last = metrics.at(-1);
  if (manifest.outcome !== 'finished' || last === undefined) {
    return { seed, epochs, result: undefined, outcome: manifest.outcome };
  }
  const best = metrics.reduce((a, b) => (b.test_accuracy > a.test_accuracy ? b : a));
  const result: SeedResult = {
    lastTestAccuracy: last.test_accuracy,
    bestTestAccuracy: best.test_accuracy,
    bestEpoch: best.epoch,
  };
  return { seed, epochs, result, outcome: manifest.outcome };
}

/** The value as it looks after it was written to a JSON file and read back. */
function toJsonValue(value: unknown): unknown {
  const read: unknown = JSON.parse(JSON.stringify(value ?? null));
  return read;
}

function methodOf(config: unknown): unknown {
  if (typeof config !== 'object' || config === null) return config;
  return Object.fromEntries(Object.entries(config).filter(([key]) => !circumstances.has(key)));
}

async function seedsIn(directory: string): Promise<number[]> {
  try {
    const names = await readdir(directory);
    return names
      .map((name) => /^seed-(\d+)$/.exec(name)?.[1])
      .filter((seed) => seed !== undefined)
      .map(Number);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw new UserError('io', `${directory}: could not be listed: ${messageOf(error)}`, { cause: error });
  }
}
