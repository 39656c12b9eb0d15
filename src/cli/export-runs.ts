import { groupRuns, type Group, type StudyRun } from '../analysis/groups.js';
import { labelGroups } from '../analysis/labels.js';
import { membersOf } from '../analysis/members.js';
import { UserError } from '../errors.js';
import { groupInWords } from '../report/sentences.js';
import { count, printable } from '../support/text.js';
import { output } from './output.js';
import { tellPassedOver } from './run-table.js';
import { readStudyRuns } from '../library/study-runs.js';

/** What is exported of a study. */
export interface Exported {
  /** The keys that vary, dotted. */
  readonly varied: readonly string[];
  readonly groups: readonly ExportedGroup[];
}

export interface ExportedGroup {
  readonly group: Group;
  /** Unlike those of the others. */
  readonly label: string;
  /** One a seed, by seed; each has completed an epoch. */
  readonly runs: readonly StudyRun[];
}

/**
 * Reads the runs of a study for an export, and tells what is not in it.
 * @throws UserError `usage` where no run has completed an epoch
 */
export async function readExported(places: readonly string[]): Promise<Exported> {
  const { runs, passedOver, notes } = await readStudyRuns(places);
  tellPassedOver(passedOver);
  for (const note of notes) output.tell(`note: ${note}`);
  const grouping = groupRuns(runs);
  const labels = labelGroups(grouping);
  const groups = membersOf(grouping, runs).map(({ group, runs: ours }) => {
    const label = groupInWords({ labels }, group);
    for (const { state } of group.duplicates)
      tellLeftOut(state.directory, `seed ${state.seed} of ${label} is there twice`);
    return { group, label, runs: ours };
  });
  for (const { state, metrics } of runs)
    if (metrics.length === 0) tellLeftOut(state.directory, whyEmpty(state));
  if (groups.some(({ runs: ours }) => ours.length > 0)) return { varied: grouping.varied, groups };
  throw new UserError(
    'usage',
    `there is nothing to export: none of ${count(runs.length, 'run')} has completed an epoch.`,
  );
}

function whyEmpty({ outcome, reason }: StudyRun['state']): string {
  if (reason !== undefined) return `it is ${outcome}: ${reason}`;
  return outcome === 'not-started' ? 'it is not started' : `it is ${outcome} and has completed no epoch`;
}

function tellLeftOut(directory: string, why: string): void {
  output.tell(`note: leaving out ${printable(directory)}: ${printable(why)}`);
}
