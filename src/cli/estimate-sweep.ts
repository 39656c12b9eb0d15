import type { PlannedRun } from '../bench/estimate.js';
import { lookAtFolders } from '../bench/task.js';
import type { RunConfig } from '../config/index.js';
import { experimentDirectory } from '../record/directory.js';
import type { Task } from '../library/task.js';
import { placeOf, type Workers } from '../sweep/share.js';
import { memberKey } from '../sweep/sweep.js';
import { modelsOf, openRuns, sharesOf } from '../library/sweep-shares.js';
import type { EstimateReport } from './estimate-report.js';
import { estimateRuns } from './estimate-runs.js';

interface Options {
  readonly workers?: Workers | undefined;
  /** Whether our own answer is JSON. */
  readonly json: boolean;
}

/**
 * What a command has left to do: members that are finished or given up cost nothing, those that have begun only the rest.
 *
 * @returns undefined when a measurement failed: it has been told why, and the exit status says so
 */
export async function estimateSweep(
  task: Task,
  { workers, json }: Options,
): Promise<EstimateReport | undefined> {
  const { sweep, states } = task;
  const { directory, definition } = sweep;
  const left = openRuns(task);
  await lookAtFolders(left.map(({ config }) => config));
  return await estimateRuns(left, {
    ...{ directory, json },
    finished: states.filter(({ standing }) => standing === 'finished').length,
    ...(await placesFor(workers ?? definition.workers, left)),
  });
}

/** The runs of a configuration: its seeds in turn, with the whole machine, unless workers are asked for. */
export async function estimateConfig(
  config: RunConfig,
  { workers, json }: Options,
): Promise<EstimateReport | undefined> {
  const { name, seeds, output } = config;
  await lookAtFolders([config]);
  const runs = seeds.map((seed) => ({
    name: memberKey({ name, seed }),
    config: { ...config, seeds: [seed] },
    epochsDone: 0,
  }));
  return await estimateRuns(runs, {
    ...{ directory: experimentDirectory(output, name), json, finished: 0 },
    ...(workers === undefined
      ? { workers: 1, threads: undefined, place: {} }
      : await placesFor(workers, runs)),
  });
}

/** How many workers there would be, and where the first of them. */
async function placesFor(wanted: Workers, runs: readonly PlannedRun[]) {
  const shares = await sharesOf(wanted, runs, await modelsOf(runs));
  const [first] = shares;
  return {
    workers: shares.length,
    threads: first?.threads,
    place: first === undefined ? {} : placeOf(first),
  };
}
