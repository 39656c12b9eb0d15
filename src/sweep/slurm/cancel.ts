import type { Sweep } from '../sweep.js';
import { askSlurm } from './commands.js';
import { queuedJobs, type QueuedJob } from './queue.js';

/**
 * Cancels all jobs of a sweep that are in SLURM's queue. Running members are sent SIGTERM, and save a checkpoint.
 * @returns the jobs that were there
 * @throws UserError `io` when SLURM does not answer or refuses
 */
export async function cancelJobs(sweep: Pick<Sweep, 'directory'>): Promise<QueuedJob[]> {
  const jobs = (await queuedJobs(sweep)).filter(({ standing }) => standing !== 'ending');
  // An array by its own number: all its tasks at once.
  const numbers = new Set(jobs.map(({ job }) => job.split('_')[0] ?? job));
  if (numbers.size > 0) await askSlurm('scancel', [...numbers]);
  return jobs;
}
