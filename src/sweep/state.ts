import { resolve } from 'node:path';
import { configDifferences } from '../config/index.js';
import { UserError } from '../errors.js';
import { hasRun, readRunConfig, runPaths } from '../record/directory.js';
import { lockHolder, type LockHolder } from '../record/lock.js';
import { readManifest } from '../record/manifest.js';
import { readRunState, type RunState } from '../record/run-state.js';
import { listRuns } from '../record/runs.js';
import type { Member, Sweep } from './sweep.js';

/**
 * How a member stands. `running`: a process holds its folder; `waiting`: it has not begun; `interrupted`: it was stopped
 * or killed, and goes on; `failed`: it may be tried again; `given-up`: it failed more often than the sweep's `retries`
 * allow; `damaged`: the files in its folder cannot be relied on; `other-experiment`: they are of another configuration.
 */
export const MEMBER_STANDINGS = [
  'finished',
  'running',
  'waiting',
  'interrupted',
  'failed',
  'given-up',
  'damaged',
  'other-experiment',
] as const;
export type MemberStanding = (typeof MEMBER_STANDINGS)[number];

/** A member as its run folder tells it. */
export interface MemberState {
  readonly member: Member;
  readonly standing: MemberStanding;
  /** undefined when no run has begun in its folder, or what is there is none. */
  readonly run: RunState | undefined;
  /** How often it has failed, under whatever command. */
  readonly failures: number;
  /** Who holds its folder. */
  readonly holder: LockHolder | undefined;
  /** What is damaged or differs, a line each. */
  readonly problems: readonly string[];
}

/**
 * How the members of a sweep stand, or some of them. Their folders are only read, and are not trusted.
 * @throws UserError `io` when a folder or lock cannot be looked at
 */
export async function memberStates(sweep: Sweep, members = sweep.members): Promise<MemberState[]> {
  const states: MemberState[] = [];
  for (const member of members) states.push(await memberState(sweep, member));
  return states;
}

/** How one member stands now. @throws UserError `io` as {@link memberStates} */
export async function memberState(sweep: Sweep, member: Member): Promise<MemberState> {
  const { directory, seed } = member;
  const none = { member, run: undefined, failures: 0, holder: undefined, problems: [] };
  if (!(await hasRun(directory))) {
    const holder = await lockHolder(directory);
    return { ...none, standing: holder === undefined ? 'waiting' : 'running', holder };
  }
  const run = await readRunState(directory, { root: sweep.directory, seed });
  if (!('outcome' in run)) return { ...none, standing: 'damaged', problems: [run.reason] };
  const whole = { ...none, run, holder: run.holder };
  const damage = run.outcome === 'damaged' ? (run.reason ?? 'it is damaged') : await missingConfig(member);
  if (damage !== undefined) return { ...whole, standing: 'damaged', problems: [damage] };
  const problems = configDifferences(await readRunConfig(directory), member.config);
  if (problems.length > 0) return { ...whole, standing: 'other-experiment', problems };
  const failures = await failuresOf(directory);
  return { ...whole, standing: standingOf(run, failures, sweep.definition.retries), failures };
}

/** Without its configuration nobody can say which experiment a run is of. */
async function missingConfig({ directory }: Member): Promise<string | undefined> {
  if ((await readRunConfig(directory)) !== undefined) return undefined;
  return `${runPaths(directory).config}: is missing, so that nobody can say which experiment this is of`;
}

async function failuresOf(directory: string): Promise<number> {
  const manifest = await readManifest(directory);
  return manifest?.attempts.filter(({ outcome }) => outcome === 'failed').length ?? 0;
}

function standingOf({ outcome }: RunState, failures: number, retries: number): MemberStanding {
  if (outcome === 'not-started') return 'waiting';
  if (outcome === 'killed') return 'interrupted';
  return outcome === 'failed' && failures > retries ? 'given-up' : outcome;
}

/**
 * Runs in a sweep's folder that are of none of its members: those of an earlier state of its file, or of somebody else.
 * @throws UserError `io` when the folder cannot be listed
 */
export async function strangers(sweep: Sweep): Promise<RunState[]> {
  const members = new Set(sweep.members.map(({ directory }) => resolve(directory)));
  try {
    const { runs } = await listRuns(sweep.directory);
    return runs.filter(({ directory }) => !members.has(resolve(directory)));
  } catch (error) {
    // A sweep that has not begun has no folder.
    if (error instanceof UserError && error.code === 'usage') return [];
    throw error;
  }
}
