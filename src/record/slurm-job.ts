import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';

export const slurmJobSchema = z.object({
  /** Each member of an array has one of its own. */
  id: z.string().regex(/^\d{1,20}$/),
  /** How often the job was requeued before. */
  restarts: z.int().nonnegative(),
  cluster: z.string(),
  /** Number of the user; a scheduler may keep other users' jobs to itself. */
  user: z.int().nonnegative(),
});

/** A SLURM job, in one of its starts. */
export type SlurmJob = z.infer<typeof slurmJobSchema>;

/** The job that started this process; undefined when none did, as in a shell of `salloc`, whose end it may outlive. */
export function currentSlurmJob(env: NodeJS.ProcessEnv = process.env): SlurmJob | undefined {
  if (env['SLURMD_NODENAME'] === undefined) return undefined;
  return slurmJobSchema.safeParse({
    id: env['SLURM_JOB_ID'],
    restarts: Number(env['SLURM_RESTART_COUNT'] ?? 0),
    cluster: env['SLURM_CLUSTER_NAME'],
    user: process.getuid?.(),
  }).data;
}

/** States in which nothing of a job runs; in any other, those of later versions too, something may. */
const ENDED_STATES = new Set([
  ...[
    'PENDING',
    'REQUEUED',
    'REQUEUE_HOLD',
    'REQUEUE_FED',
    'SPECIAL_EXIT',
    'COMPLETED',
    'CANCELLED',
    'FAILED',
  ],
  ...['TIMEOUT', 'OUT_OF_MEMORY', 'PREEMPTED', 'NODE_FAIL', 'BOOT_FAIL', 'DEADLINE', 'REVOKED'],
]);

/**
 * Whether a job's start is over for certain: this process is of a later one, or the scheduler says so.
 * @returns false also where the scheduler cannot be asked, or is that of another cluster or user
 */
export async function hasEnded(job: SlurmJob): Promise<boolean> {
  const own = currentSlurmJob();
  if (own?.id === job.id && own.cluster === job.cluster && own.restarts > job.restarts) return true;
  if (job.user !== process.getuid?.()) return false;
  // On another cluster the same number is another job, or none.
  const settings = await answerOf('scontrol', 'show', 'config');
  if (/^ClusterName\s*=\s*(\S+)/m.exec(settings ?? '')?.[1] !== job.cluster) return false;
  const format = 'JobID:20,State:20,RestartCnt:20';
  const lines = await answerOf('squeue', '--noheader', '--states=all', `--jobs=${job.id}`, '-O', format);
  if (lines === undefined) return false;
  // Asked for the last member of an array, squeue tells of all its members.
  const starts = lines.split('\n').map((line) => line.trim().split(/\s+/));
  return starts
    .filter(([id]) => id === job.id)
    .every(([, state = '', restarts]) => ENDED_STATES.has(state) || Number(restarts) > job.restarts);
}

/** Past this a scheduler counts as one that cannot be asked. */
const PATIENCE_MILLISECONDS = 20_000;

/** What a command prints; nothing for a job that the scheduler knows no more, undefined when it fails otherwise. */
async function answerOf(command: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    return (await promisify(execFile)(command, args, { env, timeout: PATIENCE_MILLISECONDS })).stdout;
  } catch (error) {
    const isUnknown = error instanceof Error && error.message.includes('Invalid job id specified');
    return isUnknown ? '' : undefined;
  }
}
