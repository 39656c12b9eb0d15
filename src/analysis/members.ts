import { group as groupBy } from 'd3-array';
import { trainingKey } from '../config/index.js';
import type { Group, Grouping, StudyRun } from './groups.js';

/** A group with all that was begun of it. */
export interface GroupMembers {
  readonly group: Group;
  /** One a seed, by seed, also those that are not finished; each has completed an epoch. */
  readonly runs: readonly StudyRun[];
}

/** The runs that have something to show, by group. Further runs of a seed are left out, as they are in comparisons. */
export function membersOf({ groups }: Grouping, runs: readonly StudyRun[]): GroupMembers[] {
  const begun = runs.filter(({ metrics }) => metrics.length > 0);
  const byKey = groupBy(begun, ({ config }) => trainingKey(config));
  return groups.map((group) => {
    const ours = byKey.get(trainingKey(group.config)) ?? [];
    const counted = ours.filter((run) => !group.duplicates.includes(run));
    return { group, runs: counted.sort((a, b) => a.state.seed - b.state.seed) };
  });
}
