import type { RunConfig } from '../config/schema.js';
import { estimateRun } from './estimate.js';
import type { PlannedRun, RunEstimate } from './estimate.js';
import { kindOf } from './kind.js';
import type { RunMeasurement } from './run-measurement.js';

/** Runs of one kind and length, with what was measured for them. */
export interface EstimateRow {
  readonly config: RunConfig;
  readonly names: readonly string[];
  readonly measured: RunMeasurement;
  /** Of each of them. */
  readonly run: RunEstimate;
}

/** One run of each kind among these, in their order: what has to be measured. */
export function kindsAmong(runs: readonly PlannedRun[]): Map<string, RunConfig> {
  const kinds = new Map<string, RunConfig>();
  for (const { config } of runs) {
    const kind = kindOf(config);
    if (!kinds.has(kind)) kinds.set(kind, config);
  }
  return kinds;
}

/**
 * What each run takes, and the runs that take the same in one row.
 *
 * @param measured By kind
 */
export function estimateRows(
  runs: readonly PlannedRun[],
  measured: ReadonlyMap<string, RunMeasurement>,
): { readonly estimates: readonly RunEstimate[]; readonly rows: readonly EstimateRow[] } {
  const rows = new Map<string, EstimateRow>();
  const estimates = runs.map((planned) => {
    const { name, config } = planned;
    const kind = kindOf(config);
    const measurement = measured.get(kind);
    if (measurement === undefined) throw new Error(`nothing was measured for ${name}`);
    const run = estimateRun(planned, measurement);
    const { steps, seconds, memoryBytes } = run;
    const key = JSON.stringify([kind, steps, seconds, memoryBytes]);
    const names = [...(rows.get(key)?.names ?? []), name];
    rows.set(key, { config, measured: measurement, run, names });
    return run;
  });
  return { estimates, rows: [...rows.values()] };
}
