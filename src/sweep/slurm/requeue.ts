import process from 'node:process';

import { askSlurm } from './commands.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The job that this process is of, as SLURM's programs name it, such as `17_3`; undefined outside of one. */
export function ownJob(env: Environment = process.env): string | undefined {
  const array = env['SLURM_ARRAY_JOB_ID'];
  const task = env['SLURM_ARRAY_TASK_ID'];
  return array === undefined || task === undefined ? env['SLURM_JOB_ID'] : `${array}_${task}`;
}

/**
 * Puts a job back into the queue: it ends here, and starts again with the same number on whatever node is free. SLURM
 * sends this job's processes SIGTERM at once.
 * @throws UserError `io` when SLURM does not do so
 */
export async function requeue(job: string): Promise<void> {
  await askSlurm('scontrol', ['requeue', job]);
}
