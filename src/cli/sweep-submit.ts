import path from 'node:path';
import process from 'node:process';

import { Command } from 'commander';
import { z } from 'zod';

import { dataRootOf, provideData } from '../library/data.js';
import { memberArguments } from '../library/sweep.js';
import { providePlugin } from '../plugin/open.js';
import { lockRunDirectory } from '../record/lock.js';
import { addOptions, flagOption, parseOptionsBelow } from '../support/options.js';
import { packageFolder } from '../support/package.js';
import { quoteWords } from '../support/shell-words.js';
import { count, printable } from '../support/text.js';
import { membersLike } from '../sweep/choose.js';
import { loadSweep } from '../sweep/load.js';
import { requireRunnable } from '../sweep/refusal.js';
import { chooseMembers, type Choice } from '../sweep/slurm/choose.js';
import type { SubmissionPlan } from '../sweep/slurm/plan.js';
import { queueState } from '../sweep/slurm/queue.js';
import {
  submissionDirectory,
  submissionNumbers,
  submissionsDirectory,
  type Submission,
} from '../sweep/slurm/submission.js';
import { largestArray, prepareSubmission, submit } from '../sweep/slurm/submit.js';
import { memberStates } from '../sweep/state.js';
import { memberKey, type Member, type Sweep } from '../sweep/sweep.js';
import { dataDisplay } from './fetch-display.js';
import { jsonOption, programOptionsSchema } from './options.js';
import { output } from './output.js';
import { runOptionsSchema } from './run-options.js';
import { sweepRunOptionsSchema } from './sweep-options.js';

const { set, backend, requireGpu, dataDir, mirror, out, offline } = runOptionsSchema.shape;
const { only } = sweepRunOptionsSchema.shape;

const submitOptionsSchema = z.strictObject({
  ...{ only, set, backend, requireGpu, dataDir, mirror, out, offline },
  retry: flagOption('--retry', 'submit members, too, that failed more often than the key retries allows'),
  dryRun: flagOption('--dry-run', 'write and print the scripts, and submit nothing'),
  json: jsonOption('what was submitted'),
});

const allOptionsSchema = submitOptionsSchema.extend(programOptionsSchema.shape);
type SubmitOptions = z.output<typeof allOptionsSchema>;

/** `gan-bench sweep submit`: hands the members of a sweep that are not done over to SLURM. */
export function submitCommand(): Command {
  const command = new Command('submit')
    .description('train the members of a sweep on a SLURM cluster, as a job array')
    .argument('<file>', 'JSON or YAML sweep file');
  return addOptions(command, submitOptionsSchema)
    .addHelpText(
      'after',
      `
Data sets are fetched first, here; the nodes need no network. Members that are finished, running or in the queue are
left out, so that the same command again submits what is missing. Scripts, logs and the members as they are now go into
<output>/<sweep>/slurm/<n>/; later changes of the file do not reach what was submitted.

Examples:
  $ gan-bench sweep submit configs/sweeps/resnet20.yaml
  $ gan-bench sweep submit configs/sweeps/resnet20.yaml --dry-run
  $ gan-bench sweep status configs/sweeps/resnet20.yaml
  $ gan-bench sweep cancel configs/sweeps/resnet20.yaml`,
    )
    .action(async (file: string, _raw: unknown, self: Command) => {
      await submitSweep(file, parseOptionsBelow(allOptionsSchema, self));
    });
}

async function submitSweep(file: string, options: SubmitOptions): Promise<void> {
  const sweep = await loadSweep(
    file,
    { set: options.set, backend: options.backend, output: options.out },
    providePlugin,
  );
  const chosen = membersLike(sweep, options.only);
  requireRunnable(await memberStates(sweep));
  const dataRoot = dataRootOf(options);
  if (!options.dryRun) await fetchData(sweep, dataRoot, options);
  // Two that submit at once would both submit the same members.
  const lock = await lockRunDirectory(submissionsDirectory(sweep.directory));
  try {
    const choice = chooseMembers(await memberStates(sweep, chosen), await queueState(sweep), {
      retries: options.retry,
    });
    if (choice.members.length === 0) answer(sweep, choice, undefined, options);
    else await submitMembers(sweep, choice, { ...options, dataDir: dataRoot });
  } finally {
    await lock.release();
  }
}

async function fetchData(
  sweep: Sweep,
  root: string,
  { offline, mirror, json }: SubmitOptions,
): Promise<void> {
  const configs = sweep.members.map(({ config }) => config);
  const display = dataDisplay({ output, quiet: json });
  for await (const event of provideData(configs, { dataDir: root, offline, mirror })) display.on(event);
  display.close();
}

async function submitMembers(sweep: Sweep, choice: Choice, options: SubmitOptions): Promise<void> {
  const number = ((await submissionNumbers(sweep.directory)).at(-1) ?? 0) + 1;
  const directory = submissionDirectory(sweep.directory, number);
  const prepared = await prepareSubmission({
    ...{ sweep, members: choice.members, directory },
    program: [process.execPath, path.join(packageFolder(), 'bin', 'gan-bench.js')],
    args: memberArguments(options),
    largestArray: await largestArray(),
  });
  const submission = options.dryRun ? prepared.submission : await submit(directory, prepared);
  answer(sweep, choice, { directory, plan: prepared.plan, submission }, options);
}

interface Submitted {
  readonly directory: string;
  readonly plan: SubmissionPlan;
  readonly submission: Submission;
}

function answer(sweep: Sweep, choice: Choice, done: Submitted | undefined, options: SubmitOptions): void {
  const left = [...choice.left].map(([why, number]) => `${number} ${why}`).join(', ');
  if (options.json) {
    output.printJson(forPrograms(choice, done));
  } else if (done === undefined) {
    output.print(`${sweep.name}: nothing to submit: ${left}`);
  } else if (options.dryRun) {
    for (const { text } of [...done.plan.arrays, done.plan.summaries]) output.print(text);
    output.tell(howByHand(done));
  } else {
    output.print(
      `${sweep.name}: ${jobsLine(choice.members, done.submission)}${left === '' ? '' : ` (${left})`}`,
    );
    output.print(howToFollow(sweep, done));
  }
  if (choice.left.has('given up') && !options.json) {
    output.tell('note: what failed more often than the key retries allows is submitted with --retry only.');
  }
}

function forPrograms({ members, left }: Choice, done: Submitted | undefined) {
  return {
    submitted: members.map(memberKey),
    leftOut: Object.fromEntries(left),
    directory: done?.directory,
    jobs: done?.submission.arrays.map(({ job }) => job) ?? [],
    summaries: done?.submission.summaries.job ?? null,
  };
}

function jobsLine(members: readonly Member[], { arrays }: Submission): string {
  const jobs = arrays.map(({ job }) => job);
  return `${count(members.length, 'member')} submitted as job${jobs.length === 1 ? '' : 's'} ${jobs.join(', ')}`;
}

function howToFollow(sweep: Sweep, { directory, submission: { arrays, summaries } }: Submitted): string {
  const file = quoteWords([sweep.file]);
  const jobs = [...arrays, summaries].map(({ job }) => job).join(',');
  return [
    `summaries:  job ${summaries.job ?? '?'}, after them`,
    `logs:       ${printable(directory)}${path.sep}<job>_<task>.log`,
    `follow:     gan-bench sweep status ${file}`,
    `            squeue --array --jobs=${jobs}`,
    `cancel:     gan-bench sweep cancel ${file}`,
  ].join('\n');
}

function howByHand({ directory, plan: { arrays, summaries } }: Submitted): string {
  const sbatch = (script: string, options: string): string =>
    `  sbatch ${options}${quoteWords([path.join(directory, script)])}`;
  return [
    'Nothing was submitted. These scripts are in the folder of the sweep; by hand:',
    ...arrays.map(({ script }) => sbatch(script, '')),
    sbatch(summaries.script, '--dependency=afterany:<numbers of these jobs, colons between them> '),
  ].join('\n');
}
