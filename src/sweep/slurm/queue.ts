import type { Sweep } from '../sweep.js';
import { askSlurm } from './commands.js';
import { readSubmissions, type Submission } from './submission.js';

/** How a job of a sweep stands in SLURM's queue. */
export interface JobState {
  /** `ending`: it was stopped, or is done, and its node is not free yet. */
  readonly standing: 'queued' | 'running' | 'ending';
  /** As SLURM's programs name it: `17_3`. */
  readonly job: string;
  /** Why it waits, in SLURM's word, such as `Resources`; undefined unless it is queued. */
  readonly reason: string | undefined;
  /** Where it runs; undefined for one that is queued. */
  readonly node: string | undefined;
}

/** A job in the queue; a task of an array is one by itself. */
export interface QueuedJob extends JobState {
  /** The member's key; undefined for the job that writes the summaries. */
  readonly member: string | undefined;
}

/** Array or job, index, name, state, reason, nodes. The first three have no blanks, and the nodes come last. */
const FORMAT = '%F %K %j %T %r|%N';
const LINE = /^(\d+) (\S+) (\S+) (\S+) (.*)\|(.*)$/;

/**
 * The jobs of a sweep that are in SLURM's queue, of whatever submission. Without a submission SLURM is not asked.
 * @throws UserError `io` when there was one and SLURM does not answer
 */
export async function queuedJobs(sweep: Pick<Sweep, 'directory'>): Promise<QueuedJob[]> {
  const submissions = await readSubmissions(sweep.directory);
  const names = submissions.flatMap(({ arrays, summaries }) =>
    [...arrays, summaries].map(({ name }) => name),
  );
  if (names.length === 0) return [];
  const args = ['--noheader', '--array', `--name=${names.join(',')}`, `--format=${FORMAT}`];
  return parseQueue(await askSlurm('squeue', args), submissions);
}

/**
 * How the members of a sweep stand in SLURM's queue, by their keys; those that are not in it are left out.
 * @throws UserError `io` when something was submitted and SLURM does not answer
 */
export async function queueState(sweep: Pick<Sweep, 'directory'>): Promise<Map<string, JobState>> {
  const states = new Map<string, JobState>();
  for (const { member, ...state } of await queuedJobs(sweep)) {
    // A member that is in the queue twice is best told by the job that has it.
    if (member !== undefined && states.get(member)?.standing !== 'running') states.set(member, state);
  }
  return states;
}

/** @param text - What squeue answered in {@link FORMAT}. */
export function parseQueue(text: string, submissions: readonly Submission[]): QueuedJob[] {
  const members = new Map<string, readonly string[]>();
  for (const { arrays, summaries } of submissions) {
    for (const array of arrays) members.set(array.name, array.members);
    members.set(summaries.name, []);
  }
  return text.split('\n').flatMap((line) => {
    const [, job, index, name, state, reason, node] = LINE.exec(line) ?? [];
    const known = members.get(name ?? '');
    if (job === undefined || state === undefined || known === undefined) return [];
    const standing = standingOf(state);
    // Whatever is no task of an array has no number there.
    const task = /^\d+$/.exec(index ?? '')?.[0];
    return {
      member: task === undefined ? undefined : known[Number(task)],
      standing,
      job: task === undefined ? job : `${job}_${task}`,
      reason: standing === 'queued' ? reason : undefined,
      node: node === '' ? undefined : node,
    };
  });
}

function standingOf(state: string): JobState['standing'] {
  if (/^(PENDING|REQUEUE|SPECIAL_EXIT|RESV_DEL_HOLD)/.test(state)) return 'queued';
  return /^(CONFIGURING|RUNNING|SUSPENDED|STOPPED|SIGNALING|RESIZING)$/.test(state) ? 'running' : 'ending';
}
