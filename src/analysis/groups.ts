import { group as groupBy } from 'd3-array';
import { trainedKeys, trainingKey, type RunConfig } from '../config/index.js';
import type { Manifest } from '../record/manifest.js';
import type { MetricsRow } from '../record/metrics.js';
import type { RunState } from '../record/run-state.js';

/** A run with what its files say. */
export interface StudyRun {
  readonly state: Pick<RunState, 'directory' | 'seed' | 'outcome' | 'reason'>;
  readonly config: RunConfig;
  readonly manifest: Manifest | undefined;
  readonly metrics: readonly MetricsRow[];
}

/** A seed of which there is no finished run. */
export interface AbsentSeed {
  readonly seed: number;
  /** `missing`: there is no run at all; `diverged`: failed since something was no longer finite. */
  readonly outcome: RunState['outcome'] | 'missing' | 'diverged';
  readonly reason: string | undefined;
  readonly epochs: number;
  /** After the last epoch that it completed, in [0, 1]. */
  readonly lastTestAccuracy: number | undefined;
}

/** The runs of one configuration. */
export interface Group {
  /** The keys that vary in the study, with their values as JSON; a key that is not set is not there. */
  readonly settings: ReadonlyMap<string, string>;
  readonly config: RunConfig;
  /** The finished runs, one a seed, by seed. */
  readonly runs: readonly StudyRun[];
  readonly absent: readonly AbsentSeed[];
  /** The runs of those absent seeds that have completed an epoch, by seed. */
  readonly unfinished: readonly StudyRun[];
  /** The runs of those absent seeds that diverged after an epoch or more, by seed. */
  readonly diverged: readonly StudyRun[];
  /** Further runs of a seed, which count for nothing. */
  readonly duplicates: readonly StudyRun[];
}

export interface Grouping {
  /** The keys that vary, dotted, by name. */
  readonly varied: readonly string[];
  /** In the order in which their first run was given. */
  readonly groups: readonly Group[];
}

/**
 * Runs by what they train: those that differ in the seed alone are a group. Every run that was given is in a group's
 * `runs`, `absent` or `duplicates`.
 * @param expectedSeeds - Those that each group should have; without them, all that any group has.
 */
export function groupRuns(runs: readonly StudyRun[], expectedSeeds?: readonly number[]): Grouping {
  const alike = [...groupBy(runs, ({ config }) => trainingKey(config)).values()];
  const seeds = new Set([...(expectedSeeds ?? []), ...runs.map(({ state }) => state.seed)]);
  const kinds = alike.flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ members, config: first.config, keys: trainedKeys(first.config) }];
  });
  const varied = variedKeys(kinds.map(({ keys }) => keys));
  const groups = kinds.map(({ members, config, keys }) => ({
    settings: new Map([...keys].filter(([key]) => varied.includes(key))),
    config,
    ...standing(members, seeds),
  }));
  return { varied, groups };
}

function variedKeys(keys: readonly ReadonlyMap<string, string>[]): string[] {
  const all = new Set(keys.flatMap((each) => [...each.keys()]));
  return [...all].sort().filter((key) => {
    const readers = followsFromNames(key) ? keys.filter((each) => each.has(key)) : keys;
    return new Set(readers.map((each) => each.get(key))).size > 1;
  });
}

/**
 * Whether it follows from the names of methods that a configuration does not have the key: an optimizer and a model have a
 * value for each key that they read, and a configuration the plug-ins that it names.
 */
export function followsFromNames(key: string): boolean {
  return ['optimizer.', 'modelOptions.', 'plugins.'].some((start) => key.startsWith(start));
}

function standing(
  members: readonly StudyRun[],
  seeds: ReadonlySet<number>,
): Omit<Group, 'settings' | 'config'> {
  const runs: StudyRun[] = [];
  const absent: AbsentSeed[] = [];
  const unfinished: StudyRun[] = [];
  const duplicates: StudyRun[] = [];
  for (const seed of [...seeds].sort((a, b) => a - b)) {
    // Where a seed was trained twice the finished one counts, by name of its folder.
    const [run, ...others] = members
      .filter(({ state }) => state.seed === seed)
      .sort((a, b) => rank(a) - rank(b) || (a.state.directory < b.state.directory ? -1 : 1));
    duplicates.push(...others);
    if (run?.state.outcome === 'finished') runs.push(run);
    else absent.push(absence(seed, run));
    if (run !== undefined && run.state.outcome !== 'finished' && run.metrics.length > 0) unfinished.push(run);
  }
  return { runs, absent, unfinished, diverged: unfinished.filter(hasDiverged), duplicates };
}

/** Whether a run ended since its loss, a gradient or an update was no longer finite, by its manifest. */
function hasDiverged({ state, manifest }: StudyRun): boolean {
  return state.outcome === 'failed' && manifest?.errorCode === 'diverged';
}

function rank({ state }: StudyRun): number {
  return state.outcome === 'finished' ? 0 : 1;
}

function absence(seed: number, run: StudyRun | undefined): AbsentSeed {
  return {
    seed,
    outcome: run !== undefined && hasDiverged(run) ? 'diverged' : (run?.state.outcome ?? 'missing'),
    reason: run?.state.reason,
    epochs: run?.metrics.length ?? 0,
    lastTestAccuracy: run?.metrics.at(-1)?.test_accuracy,
  };
}
