import os from 'node:os';

import type { PlannedRun } from '../bench/estimate.js';
import type { RunConfig } from '../config/index.js';
import { experimentDirectory } from '../record/directory.js';
import type { SweepDefinition } from '../sweep/definition.js';
import { isOpen } from '../sweep/queue.js';
import type { MemberState } from '../sweep/state.js';
import { memberKey } from '../sweep/sweep.js';
import type { Task } from './sweep-report.js';
import type { EstimateReport } from './estimate-report.js';
import { estimateRuns } from './estimate-runs.js';

/** Workers by number, each on that many threads; undefined threads: the processors are shared evenly. */
export interface Workers {
  readonly count: number;
  readonly threads?: number | undefined;
}

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
  { sweep: { directory, definition }, states, triesFor }: Task,
  { workers, json }: Options,
): Promise<EstimateReport | undefined> {
  const left = states.filter((state) => isOpen(state, triesFor));
  return await estimateRuns(left.map(plannedRun), {
    ...{ directory, json },
    finished: states.filter(({ standing }) => standing === 'finished').length,
    ...placesFor(workers ?? workersOf(definition), left.length),
  });
}

/** The runs of a configuration: its seeds in turn, with the whole machine, unless workers are asked for. */
export async function estimateConfig(
  config: RunConfig,
  { workers, json }: Options,
): Promise<EstimateReport | undefined> {
  const { name, seeds, output } = config;
  const runs = seeds.map((seed) => ({
    name: memberKey({ name, seed }),
    config: { ...config, seeds: [seed] },
    epochsDone: 0,
  }));
  return await estimateRuns(runs, {
    ...{ directory: experimentDirectory(output, name), json, finished: 0 },
    ...(workers === undefined
      ? { workers: 1, threads: undefined, place: {} }
      : placesFor(workers, runs.length)),
  });
}

function plannedRun({ member, run }: MemberState): PlannedRun {
  return { name: memberKey(member), config: member.config, epochsDone: run?.epoch ?? 0 };
}

function workersOf({ workers }: SweepDefinition): Workers {
  return workers === 'auto' ? { count: 1 } : workers;
}

/** No more workers than runs, and where one of them would be. */
function placesFor({ count, threads }: Workers, runs: number) {
  const workers = Math.max(Math.min(count, runs), 1);
  const each = threads ?? Math.max(Math.floor(os.availableParallelism() / workers), 1);
  return { workers, threads: each, place: { env: { TF_NUM_INTRAOP_THREADS: String(each) } } };
}
