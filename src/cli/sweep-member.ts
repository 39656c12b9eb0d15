import process from 'node:process';

import { Command } from 'commander';

import type { RunConfig } from '../config/index.js';
import { messageOf } from '../errors.js';
import type { SeedEnded } from '../library/run-events.js';
import { trainMember } from '../library/train.js';
import { HeldError } from '../record/held.js';
import { addOptions, parseOptions } from '../support/options.js';
import { readFrozen } from '../sweep/frozen.js';
import { memberOf } from '../sweep/member-key.js';
import { ownJob, requeue } from '../sweep/slurm/requeue.js';
import type { WorkerWord } from '../sweep/worker-messages.js';
import { output } from './output.js';
import { connectParent, type Parent } from './parent.js';
import { trainHere } from './run.js';
import { allRunOptionsSchema } from './run-options.js';
import type { RunOptions } from './run-options.js';
import { shellCommand, typedCommand } from './shell.js';
import { parentReporter } from './worker-news.js';

const memberOptionsSchema = allRunOptionsSchema.pick({
  ...{ backend: true, requireGpu: true, dataDir: true, mirror: true, offline: true },
  ...{ quiet: true, json: true },
});

/** What the member sets, as `run` takes it. */
const allMemberOptionsSchema = memberOptionsSchema.extend({ debug: allRunOptionsSchema.shape.debug });

/** `gan-bench sweep member`: trains one run of a sweep. Workers and schedulers call it. */
export function memberCommand(): Command {
  const command = new Command('member')
    .description('train one run of a sweep, or go on with it: what workers and schedulers call')
    .argument('<sweep.json>', 'the file in the folder of the sweep that says what its runs are')
    .argument('<key>', 'which run: gan-lr3e-4/seed-42, or its number, from 0 on');
  return addOptions(command, memberOptionsSchema)
    .addHelpText(
      'after',
      `
It is always like "run --resume": a finished run is left alone, another one begins or goes on from its newest
checkpoint, and the folder of another experiment is refused. Ctrl-C, SIGTERM and SIGHUP save a checkpoint first. In a
SLURM job SIGUSR2, its warning, does so as well; then the job is put back into the queue.

Started by a program over Node's IPC channel, it reports there, and when the channel closes it saves a checkpoint and
ends.

Examples:
  $ gan-bench sweep member results/resnet20/sweep.json gan-lr3e-4/seed-42
  $ gan-bench sweep member results/resnet20/sweep.json "$SLURM_ARRAY_TASK_ID" --offline`,
    )
    .action(async (file: string, key: string, _raw: unknown, self: Command) => {
      const own = parseOptions(allMemberOptionsSchema, self.optsWithGlobals());
      const options = { ...allRunOptionsSchema.parse({}), ...own, resume: true };
      const parent = connectParent();
      if (parent === undefined) {
        const config = await configOf(file, key, options);
        const hasToMakeWay = await trainHere(config, options, shellCommand(process.argv.slice(2)));
        if (hasToMakeWay) await goOnLater();
        return;
      }
      const end = await trainFor(parent, () => configOf(file, key, options), options);
      parent.tell({ type: 'ended', end });
      if (end.outcome === 'failed') process.exitCode = 1;
      await parent.close();
    });
}

/** Puts this process's job back into SLURM's queue. Called once at most: what was warned trains no more. */
async function goOnLater(): Promise<void> {
  const job = ownJob();
  if (job === undefined) return;
  output.tell(`Requeueing job ${job}: it goes on from the checkpoint, on whatever node it gets.`);
  await requeue(job);
}

/** What the run is made with. */
async function configOf(file: string, key: string, { backend }: RunOptions): Promise<RunConfig> {
  const { config } = memberOf(await readFrozen(file), key);
  return backend === undefined ? config : { ...config, backend };
}

/** Trains the one seed of a configuration for the parent, who hears whatever happens. */
async function trainFor(
  parent: Parent,
  load: () => Promise<RunConfig>,
  options: RunOptions,
): Promise<WorkerWord> {
  const { signal } = parent;
  const reporter = parentReporter(parent, options);
  try {
    const config = await load();
    const [seed] = config.seeds;
    if (seed === undefined || signal.aborted) return { outcome: 'interrupted' };
    const events = trainMember(config, seed, { ...options, signal, commandLine: typedCommand() });
    let word: WorkerWord = { outcome: 'interrupted' };
    for await (const event of events) {
      await reporter.on(event);
      if (event.type === 'seed-ended') word = wordOf(event);
    }
    return word;
  } catch (error) {
    // What is ended before the first step, such as a download, throws the signal's reason.
    if (signal.aborted && error === signal.reason) return { outcome: 'interrupted' };
    if (error instanceof HeldError) return { outcome: 'held', reason: error.message };
    reporter.fail(error);
    return { outcome: 'failed', reason: messageOf(error) };
  }
}

function wordOf({ outcome, error }: SeedEnded): WorkerWord {
  return outcome === 'failed' ? { outcome, reason: messageOf(error) } : { outcome };
}
