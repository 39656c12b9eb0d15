import { basename, dirname, join, resolve } from 'node:path';

import { loadConfig, type RunConfig } from '../config/index.js';
import { UserError } from '../errors.js';
import { providePlugin } from '../plugin/open.js';
import { runDirectory, runPaths } from '../record/directory.js';
import { readManifest } from '../record/manifest.js';
import { readMetrics } from '../record/metrics.js';
import { compareTables, type TableComparison } from '../record/tables/differences.js';
import { gradientsTable } from '../record/tables/gradients.js';
import { metricsTable } from '../record/tables/metrics.js';
import { stepsTable } from '../record/tables/steps.js';
import { printable } from '../support/text.js';
import type { DataOptions } from './data.js';
import { compareFacts, requireDataOf, type Fact } from './reproduce-facts.js';
import { finishedRun, readOriginal, type FinishedRun } from './reproduce-original.js';
import type { OpenEvent, RunEvent, SeedEvent } from './run-events.js';
import { openRun, type OpenRun } from './run-open.js';
import { checkSeeds, runSeed } from './run-seed.js';

export interface ReproduceOptions extends DataOptions {
  /** Default: the backend that the run was made with. */
  readonly backend?: string | undefined;
  /** Where the repetition goes: `<out>/<name>/seed-<n>`. Default: results/reproduced/ and the name of the study's folder. */
  readonly out?: string | undefined;
  /** Stop after so many steps, and compare the rows there are. Default: the whole run. */
  readonly steps?: number | undefined;
  /** What the manifest says that was typed. */
  readonly commandLine: readonly string[];
  readonly signal: AbortSignal;
}

/** What came of repeating a run. */
export interface Reproduction {
  /** The folders of both. */
  readonly original: string;
  readonly here: string;
  readonly seed: number;
  /** Whether the repetition is finished; else the rows there are were compared. */
  readonly isWhole: boolean;
  readonly facts: readonly Fact[];
  readonly files: readonly TableComparison[];
  readonly isSame: boolean;
}

/** `facts` comes before anything is trained, `compared` last; without it the run was interrupted, or failed. */
export type ReproduceEvent =
  | RunEvent
  | { readonly type: 'facts'; readonly facts: readonly Fact[]; readonly commit: string | null }
  | { readonly type: 'compared'; readonly reproduction: Reproduction };

/**
 * Trains the configuration and seed of a finished run once more, in a folder of its own, and compares the bytes. A
 * repetition that was stopped is gone on with, and a finished one only compared.
 *
 * @param place the folder of the run, or its manifest.json
 * @throws UserError `usage` where there is no such run, `checkpoint` where it is damaged, `data` for other data than it was
 *   trained on, and as training does; what `signal` was aborted with, while data are downloaded
 */
export async function* reproduceRun(
  place: string,
  options: ReproduceOptions,
): AsyncGenerator<ReproduceEvent, void> {
  const original = await readOriginal(place);
  const config = await configOf(original, options);
  const directory = runDirectory(config.output, config.name, original.manifest.seed);
  await checkSeeds(config, true);
  const finished = await finishedRun(directory);
  if (finished === undefined) {
    if (!(yield* trainAgain(original, config, options))) return;
  } else {
    requireDataOf(original.manifest, finished.manifest, original.directory);
    yield factsEvent(original, finished.manifest);
    yield { type: 'already-finished', seed: finished.manifest.seed, directory };
  }
  yield { type: 'compared', reproduction: await compareRuns(original, directory) };
}

/** That of the run, for its seed and backend alone and with the results elsewhere. */
async function configOf(
  { directory, manifest }: FinishedRun,
  { backend = manifest.engine.backend, out, steps }: ReproduceOptions,
): Promise<RunConfig> {
  const study = basename(dirname(dirname(resolve(directory))));
  const overrides = {
    ...{ seeds: [manifest.seed], backend, output: out ?? join('results', 'reproduced', study) },
  };
  const config = await loadConfig(runPaths(directory).config, overrides, providePlugin);
  if (steps !== undefined) await requireRows(steps, config, directory);
  if (resolve(runDirectory(config.output, config.name, manifest.seed)) !== resolve(directory)) return config;
  throw new UserError(
    'usage',
    `${printable(directory)}: is where the repetition would go; name another folder with --out`,
  );
}

/** Refuses a repetition of fewer steps than the first row takes. */
async function requireRows(
  steps: number,
  { log: { everySteps } }: RunConfig,
  original: string,
): Promise<void> {
  const [first] = everySteps === 0 ? await readMetrics(runPaths(original).metrics) : [];
  const [least, row] =
    first === undefined
      ? [everySteps, `the run's steps.csv has a row every ${everySteps} steps`]
      : [
          first.step + 1,
          `the run has no steps.csv, and its first rows are of its first epoch, of ${first.step} steps`,
        ];
  if (steps >= least) return;
  throw new UserError('usage', `--steps: found ${steps}; allowed: at least ${least}: ${row}`);
}

function factsEvent({ manifest }: FinishedRun, here: Parameters<typeof compareFacts>[1]): ReproduceEvent {
  return {
    type: 'facts',
    facts: compareFacts(manifest, here),
    commit: manifest.program.gitCommit,
  };
}

/** @returns whether as much is trained as was asked for */
async function* trainAgain(
  original: FinishedRun,
  config: RunConfig,
  options: ReproduceOptions,
): AsyncGenerator<ReproduceEvent, boolean> {
  const { manifest, directory } = original;
  const { signal, steps = Infinity } = options;
  const open = yield* openFor(original, config, options);
  yield factsEvent(original, open.facts);
  requireDataOf(manifest, open.facts, directory);
  // Not maxSteps: with another one it would be another configuration, which cannot be gone on with.
  const enough = new AbortController();
  const seedOptions = { ...open, config, seed: manifest.seed, resume: true };
  let [isFinished, end] = [false, 0];
  for await (const event of runSeed({ ...seedOptions, signal: AbortSignal.any([signal, enough.signal]) })) {
    if (event.type === 'run-started') end = event.totalSteps;
    if (steps < end && stepOf(event) >= steps) enough.abort();
    yield event;
    if (event.type === 'seed-ended') isFinished = event.outcome === 'finished' || isEnough(event.outcome);
  }
  return isFinished;

  function isEnough(outcome: string): boolean {
    return outcome === 'interrupted' && enough.signal.aborted && !signal.aborted;
  }
}

/** @throws UserError `engine` which also says what the run was made with, where that is not to be had here */
async function* openFor(
  { directory, manifest: { engine, machine } }: FinishedRun,
  config: RunConfig,
  options: ReproduceOptions,
): AsyncGenerator<OpenEvent, OpenRun> {
  try {
    return yield* openRun(config, options);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'engine') throw error;
    throw new UserError(
      'engine',
      `${printable(directory)}: cannot be reproduced here, where what computed it does not start: ${printable(engine.library)} ` +
        `on ${printable(machine.cpuModel)}, in ${engine.precision ?? 'float32'}. Mend that, or take a machine like it; ` +
        `in another precision it would be another run. The reason: ${error.message}`,
      { cause: error },
    );
  }
}

/** How many steps are done. */
function stepOf(event: SeedEvent): number {
  if (event.type === 'run-started') return event.resumedFrom?.step ?? 0;
  return event.type === 'step' ? event.step : 0;
}

async function compareRuns(original: FinishedRun, here: string): Promise<Reproduction> {
  const { directory, manifest } = original;
  const again = await readManifest(here);
  if (again === undefined) throw new Error(`${here} has no manifest`);
  const isWhole = again.outcome === 'finished';
  const [ours, theirs] = [runPaths(directory), runPaths(here)];
  const all = [
    await compareTables(stepsTable, { original: ours.steps, here: theirs.steps, isWhole }),
    await compareTables(gradientsTable, { original: ours.gradients, here: theirs.gradients, isWhole }),
    await compareTables(metricsTable, { original: ours.metrics, here: theirs.metrics, isWhole }),
  ];
  // Which files there are is for the configuration to say: without steps.csv neither has one.
  const files = all.filter(({ rowsOfOriginal, rowsHere }) => rowsOfOriginal > 0 || rowsHere > 0);
  return {
    ...{ original: directory, here, seed: manifest.seed, isWhole },
    facts: compareFacts(manifest, again),
    files,
    isSame: files.every(({ isSame }) => isSame),
  };
}
