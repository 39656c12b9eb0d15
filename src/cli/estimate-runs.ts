import { estimateWhole, longestFirst } from '../bench/estimate.js';
import type { PlannedRun } from '../bench/estimate.js';
import { estimateRows, kindsAmong } from '../bench/estimate-rows.js';
import type { RunMeasurement } from '../bench/run-measurement.js';
import type { RunConfig } from '../config/index.js';
import { freeSpace, usableMemory } from '../support/room.js';
import type { ChildOptions } from './child.js';
import { measureInChild } from './estimate-measure.js';
import { reportRow, warningsOf } from './estimate-report.js';
import type { EstimateReport } from './estimate-report.js';
import { output } from './output.js';

export interface EstimateOptions {
  /** The folder of the results. */
  readonly directory: string;
  /** Runs that are finished already, for the report. */
  readonly finished: number;
  readonly workers: number;
  /** Of each worker; undefined: as many as there are processors. */
  readonly threads: number | undefined;
  /** Puts a process where a worker would be. */
  readonly place: ChildOptions;
  /** Whether our own answer is JSON. */
  readonly json: boolean;
}

/**
 * Measures a few steps of each kind among the runs, each in a process of its own, and says what all of them take.
 *
 * @returns undefined when a measurement failed: it has been told why, and the exit status says so
 */
export async function estimateRuns(
  runs: readonly PlannedRun[],
  options: EstimateOptions,
): Promise<EstimateReport | undefined> {
  const measured = await measureKinds(kindsAmong(runs), options);
  if (measured === undefined) return undefined;
  const { directory, finished, threads = null } = options;
  const { estimates, rows } = estimateRows(longestFirst(runs), measured);
  const whole = estimateWhole(estimates, Math.min(options.workers, Math.max(runs.length, 1)));
  const machine = { memoryBytes: usableMemory(), freeDiskBytes: await freeSpace(directory) };
  return {
    ...{ runs: runs.length, finished, machine, directory },
    rows: rows.map(reportRow),
    whole: { ...whole, threads },
    warnings: warningsOf(whole, machine, directory),
  };
}

async function measureKinds(
  kinds: ReadonlyMap<string, RunConfig>,
  { place, json }: EstimateOptions,
): Promise<Map<string, RunMeasurement> | undefined> {
  const measured = new Map<string, RunMeasurement>();
  try {
    for (const [kind, config] of kinds) {
      const { model, batchSize, optimizer } = config;
      const what = `${model}, batch ${batchSize}, ${optimizer.gradient} + ${optimizer.base}`;
      output.setStatus(`measuring ${measured.size + 1} of ${kinds.size}: ${what}`);
      const measurement = await measureInChild(config, { ...place, json });
      if (measurement === undefined) return undefined;
      measured.set(kind, measurement);
    }
    return measured;
  } finally {
    output.setStatus(undefined);
  }
}
