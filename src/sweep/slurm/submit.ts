import { join } from 'node:path';

import { UserError } from '../../errors.js';
import { writeAtomically } from '../../record/files.js';
import { makeFolder } from '../../support/folder.js';
import { writeFrozen } from '../frozen.js';
import { askSlurm } from './commands.js';
import type { PlannedJob, SubmissionOptions, SubmissionPlan } from './plan.js';
import { membersFile, planSubmission } from './plan.js';
import { argumentOf, option } from './options.js';
import { writeSubmission, type Submission } from './submission.js';

/** How many tasks the cluster allows an array to have. @throws UserError `io` when it does not answer, or allows none */
export async function largestArray(): Promise<number> {
  const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(await askSlurm('scontrol', ['show', 'config']))?.[1]);
  // The largest index is one less.
  if (size > 0) return size;
  throw new UserError('io', 'this cluster takes no job arrays (its MaxArraySize is 0), and a sweep is one.');
}

/**
 * Writes everything that a submission consists of into its folder, from where it can also be submitted by hand.
 * @throws UserError `io`; `config` for what does not fit into a batch script
 */
export async function prepareSubmission(
  options: SubmissionOptions,
): Promise<{ readonly plan: SubmissionPlan; readonly submission: Submission }> {
  const { sweep, members, directory } = options;
  const plan = planSubmission(options);
  const submission: Submission = {
    version: 1,
    submittedAt: new Date().toISOString(),
    arrays: plan.arrays.map(({ script, name, members: keys }) => ({
      script,
      name,
      job: null,
      members: [...keys],
    })),
    summaries: { script: plan.summaries.script, name: plan.summaries.name, job: null },
  };
  await makeFolder(directory);
  await writeFrozen({ ...sweep, members }, membersFile(directory));
  for (const { script, text } of [...plan.arrays, plan.summaries])
    await writeAtomically(join(directory, script), text);
  await writeSubmission(directory, submission);
  return { plan, submission };
}

/**
 * Submits what was prepared. Each job's number is written down as soon as SLURM has said it.
 * @throws UserError `io` with what SLURM said when it refuses
 */
export async function submit(
  directory: string,
  { plan, submission }: Awaited<ReturnType<typeof prepareSubmission>>,
): Promise<Submission> {
  let current = submission;
  for (const [place, array] of plan.arrays.entries()) {
    const job = await sbatch(directory, array);
    const arrays = current.arrays.map((each, index) => (index === place ? { ...each, job } : each));
    current = { ...current, arrays };
    await writeSubmission(directory, current);
  }
  // Not afterok: a member that failed would keep the summaries of the others away.
  const after = option('dependency', `afterany:${current.arrays.map(({ job }) => job).join(':')}`);
  const job = await sbatch(directory, { ...plan.summaries, options: [...plan.summaries.options, after] });
  current = { ...current, summaries: { ...current.summaries, job } };
  await writeSubmission(directory, current);
  return current;
}

/** The options are given again beside the script: as arguments they prevail over SBATCH_… variables of the environment. */
async function sbatch(directory: string, { script, options }: PlannedJob): Promise<string> {
  const answer = await askSlurm('sbatch', [
    '--parsable',
    ...options.map(argumentOf),
    join(directory, script),
  ]);
  // With several clusters its name follows.
  const job = /^(\d+)(;|\s*$)/.exec(answer)?.[1];
  if (job !== undefined) return job;
  throw new UserError(
    'io',
    `sbatch answered ${JSON.stringify(answer)}, where the number of the job was expected.`,
  );
}
