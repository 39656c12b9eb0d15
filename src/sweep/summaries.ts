import { experimentDirectory, hasRun } from '../record/directory.js';
import { writeSummary, type ExperimentSummary } from '../record/summary.js';
import type { Sweep } from './sweep.js';

/** What came of the members of one name. */
export interface NamedSummary extends ExperimentSummary {
  readonly name: string;
}

/** The names of a sweep's members, in its order. */
export function memberNames({ members }: Sweep): string[] {
  return [...new Set(members.map(({ name }) => name))];
}

/**
 * Writes `summary.csv` into the folder that the members of a name share. Only the sweep does so: of workers that end
 * at the same time the later one might write what it read before the other's end.
 * @returns undefined when none of them has begun
 * @throws UserError `io`
 */
export async function writeNamedSummary(sweep: Sweep, name: string): Promise<NamedSummary | undefined> {
  const members = sweep.members.filter((member) => member.name === name);
  const [first] = members;
  const begun = await Promise.all(members.map(({ directory }) => hasRun(directory)));
  if (first === undefined || !begun.includes(true)) return undefined;
  const { config } = first;
  const seeds = members.map(({ seed }) => seed);
  const summary = await writeSummary(experimentDirectory(config.output, config.name), { seeds, config });
  return { ...summary, name };
}

/** Writes the summaries of all names of which a member has begun. @throws UserError `io` */
export async function writeSummaries(sweep: Sweep): Promise<NamedSummary[]> {
  const summaries: NamedSummary[] = [];
  for (const name of memberNames(sweep)) {
    const summary = await writeNamedSummary(sweep, name);
    if (summary !== undefined) summaries.push(summary);
  }
  return summaries;
}
