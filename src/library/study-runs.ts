import { resolve } from 'node:path';

import type { StudyRun } from '../analysis/groups.js';
import { configDifferences } from '../config/index.js';
import { UserError } from '../errors.js';
import type { PassedOver, WholeRun } from '../record/run-state.js';
import { readRuns } from '../record/runs.js';
import { memberKey, type Member, type Sweep } from '../sweep/sweep.js';
import { count, printable } from '../support/text.js';
import { isThere, sweepAt } from './places.js';

/** The runs of a study, with what its sweeps say of comparing them. */
export interface StudyRuns {
  readonly runs: readonly StudyRun[];
  readonly sweeps: readonly Sweep[];
  /** What is no run, or cannot be told to be one of which configuration. */
  readonly passedOver: readonly PassedOver[];
  /** What is to be known of them, a line each. */
  readonly notes: readonly string[];
}

/**
 * Reads the runs of sweep files, folders of sweeps and any other folders. A run that several places have is taken once;
 * members of a sweep that have not begun are runs that are not started.
 * @throws UserError `usage` where there are no runs
 */
export async function readStudyRuns(places: readonly string[]): Promise<StudyRuns> {
  const parts: StudyRuns[] = [];
  for (const place of places) {
    const sweep = await sweepAt(place);
    parts.push(sweep === undefined ? await runsOfFolder(place) : await runsOfSweep(sweep));
  }
  const sweeps = uniqueBy(
    parts.flatMap((part) => part.sweeps),
    ({ directory }) => resolve(directory),
  );
  return {
    runs: uniqueBy(
      parts.flatMap((part) => part.runs),
      ({ state }) => resolve(state.directory),
    ),
    sweeps,
    passedOver: parts.flatMap((part) => part.passedOver),
    notes: [...parts.flatMap((part) => part.notes), ...namesakes(sweeps)],
  };
}

async function runsOfFolder(folder: string): Promise<StudyRuns> {
  const { runs, passedOver } = await readRuns(folder);
  if (runs.length === 0 && passedOver.length === 0) throw noRuns(folder);
  const told = runs.flatMap(({ state, config, manifest, metrics }) =>
    config === undefined ? [] : [{ state, config, manifest, metrics }],
  );
  const untold = runs
    .filter(({ config }) => config === undefined)
    .map(({ state: { directory, reason } }) => ({
      directory,
      reason: reason ?? 'its config.json is missing or damaged, so that nobody can say what it trains',
    }));
  return { runs: told, sweeps: [], passedOver: [...passedOver, ...untold], notes: [] };
}

async function runsOfSweep(sweep: Sweep): Promise<StudyRuns> {
  const { directory, members } = sweep;
  if (!(await isThere(directory, 'folder'))) throw noRuns(directory);
  const { runs, passedOver } = await readRuns(directory);
  const byFolder = new Map(runs.map((run) => [resolve(run.state.directory), run]));
  const ours = members.map((member) => memberRun(member, byFolder.get(resolve(member.directory))));
  const folders = new Set(members.map((member) => resolve(member.directory)));
  const strangers = runs.filter(({ state }) => !folders.has(resolve(state.directory)));
  const notes = strangers.map(
    ({ state }) => `${printable(state.directory)} is of no member of the sweep, and is not compared`,
  );
  if (ours.every(({ state }) => state.outcome === 'not-started')) throw noRuns(directory);
  return { runs: ours, sweeps: [sweep], passedOver, notes };
}

/** What a member's folder has, as a run of the member's configuration. */
function memberRun(member: Member, run: WholeRun | undefined): StudyRun {
  const { directory, seed, config } = member;
  const none = { config, manifest: undefined, metrics: [] };
  if (run === undefined) {
    return { ...none, state: { directory, seed, outcome: 'not-started', reason: undefined } };
  }
  if (run.state.outcome === 'damaged') return { ...none, state: run.state };
  const differences = configDifferences(run.config, config);
  if (differences.length === 0) return { ...run, config };
  const reason = `${memberKey(member)} was trained with another configuration: ${differences.join('; ')}`;
  return { ...none, state: { directory, seed, outcome: 'damaged', reason } };
}

function noRuns(folder: string): UserError {
  return new UserError(
    'usage',
    `${printable(folder)}: there are no runs. Name a sweep that has been run, or a folder that runs were written into.`,
  );
}

/** The same study may have been trained in two places; that two have one name may also be a mistake. */
function namesakes(sweeps: readonly Sweep[]): string[] {
  const names = [...new Set(sweeps.map(({ name }) => name))];
  return names.flatMap((name) => {
    const folders = sweeps
      .filter((sweep) => sweep.name === name)
      .map(({ directory }) => printable(directory));
    if (folders.length < 2) return [];
    return [
      `${count(folders.length, 'sweep')} are called ${name}: ${folders.join(', ')}; their runs are taken together`,
    ];
  });
}

function uniqueBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
