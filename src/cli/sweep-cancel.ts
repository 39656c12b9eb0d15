import { Command } from 'commander';
import { z } from 'zod';

import { providePlugin } from '../plugin/open.js';
import { addOptions, parseOptionsBelow } from '../support/options.js';
import { loadSweep } from '../sweep/load.js';
import { cancelJobs } from '../sweep/slurm/cancel.js';
import type { QueuedJob } from '../sweep/slurm/queue.js';
import { jsonOption } from './options.js';
import { output } from './output.js';
import { runOptionsSchema } from './run-options.js';

const { set, out } = runOptionsSchema.shape;
const cancelOptionsSchema = z.strictObject({ set, out, json: jsonOption('the jobs that were cancelled') });

/** `gan-bench sweep cancel`: takes the jobs of a sweep out of SLURM's queue. */
export function cancelCommand(): Command {
  const command = new Command('cancel')
    .description('cancel the jobs of a sweep on a SLURM cluster')
    .argument('<file>', 'JSON or YAML sweep file');
  return addOptions(command, cancelOptionsSchema)
    .addHelpText(
      'after',
      `
Members that run save a checkpoint first; gan-bench sweep submit goes on with them. Other jobs are left alone.

Example:
  $ gan-bench sweep cancel configs/sweeps/resnet20.yaml`,
    )
    .action(async (file: string, _raw: unknown, self: Command) => {
      const options = parseOptionsBelow(cancelOptionsSchema, self);
      const sweep = await loadSweep(file, { set: options.set, output: options.out }, providePlugin);
      const jobs = await cancelJobs(sweep);
      if (options.json) output.printJson(jobs);
      else output.print(`${sweep.name}: ${describe(jobs)}`);
    });
}

/** Such as `cancelled 2 running and 3 queued members (jobs 17, 18)`. */
function describe(jobs: readonly QueuedJob[]): string {
  if (jobs.length === 0) return 'nothing to cancel: none of its jobs is in the queue';
  const members = jobs.filter(({ member }) => member !== undefined);
  const running = members.filter(({ standing }) => standing === 'running').length;
  const numbers = new Set(jobs.map(({ job }) => job.split('_')[0]));
  return `cancelled ${running} running and ${members.length - running} queued members (jobs ${[...numbers].join(', ')})`;
}
