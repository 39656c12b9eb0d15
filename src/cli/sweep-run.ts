import { Command } from 'commander';

import { taskOf } from '../library/sweep.js';
import type { Task } from '../library/task.js';
import { providePlugin } from '../plugin/open.js';
import { membersNamed } from '../sweep/choose.js';
import { loadSweep } from '../sweep/load.js';
import { tryOnce } from '../sweep/queue.js';
import { requireRunnable } from '../sweep/refusal.js';
import { memberStates, strangers, type MemberState } from '../sweep/state.js';
import { memberKey, type Sweep } from '../sweep/sweep.js';
import { addOptions, parseOptions } from '../support/options.js';
import { printEstimate } from './estimate-report.js';
import { estimateSweep } from './estimate-sweep.js';
import { output } from './output.js';
import {
  allSweepOptionsSchema,
  sweepRetryOptionsSchema,
  sweepRunOptionsSchema,
  type SweepOptions,
} from './sweep-options.js';
import { planOf, printPlan } from './sweep-report.js';
import { tellStrangers } from './sweep-table.js';
import { trainMembers } from './sweep-train.js';

/** `gan-bench sweep run`: trains what is not finished. */
export function sweepRunCommand(): Command {
  const command = new Command('run')
    .description('train every member that is not finished, several at a time')
    .argument('<file>', 'sweep file, JSON or YAML');
  return addOptions(command, sweepRunOptionsSchema)
    .addHelpText(
      'after',
      `
Each member has a folder as "gan-bench run" writes it, <output>/<sweep>/<member>/seed-<n>/, and how it stands is read
from there. The same command again goes on: finished members are left alone, those that were stopped or killed go on,
those that failed are tried again until the file's retries are used up, and those that another process has are passed
over. Members that the file no longer has are named and left. A folder that holds another experiment, or damaged files,
is refused before anything starts.
Ctrl-C saves checkpoints first, as SIGTERM and SIGHUP do; a second Ctrl-C stops at once.

Exit status: 0 when all members are finished; 1 when some are not: they failed, or another process has them; 130, 143
or 129 when it was stopped; 2 for a wrong file or usage.

Examples:
  $ gan-bench sweep configs/sweeps/smoke.yaml
  $ gan-bench sweep configs/sweeps/resnet20.yaml --dry-run
  $ gan-bench sweep configs/sweeps/resnet20.yaml --only optimizer=gan --only seed=42 --only seed=52
  $ gan-bench sweep configs/sweeps/resnet20.yaml --workers 2x1 --json`,
    )
    .action((file: string, _raw: unknown, self: Command) =>
      run(file, parseOptions(allSweepOptionsSchema, self.optsWithGlobals())),
    );
}

/** `gan-bench sweep retry`: tries once more what failed too often. */
export function sweepRetryCommand(): Command {
  const command = new Command('retry')
    .description('try members that failed once more, however often they have')
    .argument('<file>', 'sweep file, JSON or YAML')
    .argument(
      '[member...]',
      'only these, named as their folders: gan, or gan/seed-42 (default: all that failed)',
    );
  return addOptions(command, sweepRetryOptionsSchema)
    .addHelpText(
      'after',
      `
Everything else is as for "gan-bench sweep run".

Examples:
  $ gan-bench sweep retry configs/sweeps/resnet20.yaml
  $ gan-bench sweep retry configs/sweeps/resnet20.yaml gan/seed-42`,
    )
    .action((file: string, members: string[], _raw: unknown, self: Command) =>
      retry(file, members, parseOptions(allSweepOptionsSchema, self.optsWithGlobals())),
    );
}

async function run(file: string, options: SweepOptions): Promise<void> {
  const sweep = await open(file, options);
  const task = await taskOf(sweep, options.only);
  if (!options.quiet) tellStrangers(sweep, await strangers(sweep));
  await perform(task, options);
}

async function retry(file: string, names: readonly string[], options: SweepOptions): Promise<void> {
  const sweep = await open(file, options);
  const named = names.length === 0 ? sweep.members : membersNamed(sweep, names);
  const states = await memberStates(sweep, named);
  const failed = states.filter(hasFailed);
  if (names.length > 0) {
    for (const state of states) {
      if (!hasFailed(state))
        output.tell(`note: ${memberKey(state.member)} has not failed: it is ${state.standing}`);
    }
  }
  await perform({ sweep, states: failed, triesFor: tryOnce }, options);
}

/** One that a retry was stopped in the middle of is still one that failed. */
function hasFailed({ standing, failures }: MemberState): boolean {
  return ['failed', 'given-up', 'interrupted'].includes(standing) && failures > 0;
}

function open(file: string, { set, seed, backend, out }: SweepOptions): Promise<Sweep> {
  return loadSweep(file, { set, seeds: seed, backend, output: out }, providePlugin);
}

async function perform(task: Task, options: SweepOptions): Promise<void> {
  requireRunnable(task.states);
  if (options.dryRun) await showPlan(task, options);
  else await trainMembers(task, options);
}

/** What would be done, and what it would take. */
async function showPlan(task: Task, options: SweepOptions): Promise<void> {
  if (!options.json) printPlan(task);
  const estimate = await estimateSweep(task, options);
  if (estimate === undefined) return;
  if (options.json) output.printJson({ ...planOf(task), estimate });
  else {
    output.print('');
    printEstimate(estimate);
  }
}
