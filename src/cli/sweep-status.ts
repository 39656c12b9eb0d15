import { dirname } from 'node:path';

import { Command } from 'commander';
import { z } from 'zod';

import { costOf } from '../bench/cost.js';
import { UserError } from '../errors.js';
import type { PassedOver, RunState } from '../record/run-state.js';
import { listRuns } from '../record/runs.js';
import { frozenFile, readFrozen } from '../sweep/frozen.js';
import { queueState, type JobState } from '../sweep/slurm/queue.js';
import { sweepStatus, type SweepStatus } from '../sweep/status.js';
import type { Sweep } from '../sweep/sweep.js';
import { addOptions, parseOptionsBelow } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { jsonOption } from './options.js';
import { output } from './output.js';
import { isThere, sweepAt } from '../library/places.js';
import { noRuns, printRuns, tellPassedOver } from './run-table.js';
import { printSweep } from './sweep-table.js';

const statusOptionsSchema = z.strictObject({ json: jsonOption('sweeps and runs') });

/** `gan-bench sweep status`: how every member stands. */
export function statusCommand(): Command {
  const command = new Command('status')
    .description('show how every member of a sweep stands, now')
    .argument('<file|folder>', 'sweep file, or a folder of results');
  return addOptions(command, statusOptionsSchema)
    .addHelpText(
      'after',
      `
Everything is read from the folders of the runs; nothing is written, and the sweep may go on meanwhile, here or on
another machine. Of a folder all sweeps in it are shown as they were last run, and then the runs that are of none.
"interrupted" members go on when the sweep is run again, "failed" ones are tried again, "given-up" ones only by retry.

Examples:
  $ gan-bench sweep status configs/sweeps/resnet20.yaml
  $ gan-bench sweep status results
  $ watch gan-bench sweep status results/resnet20`,
    )
    .action(async (place: string, _own: RawOptions, self: Command) => {
      const { json } = parseOptionsBelow(statusOptionsSchema, self);
      const found = await look(place);
      if (json) output.printJson(found);
      else print(place, found);
    });
}

interface Found {
  readonly sweeps: readonly SweepStatus[];
  /** Those of no sweep. */
  readonly runs: readonly RunState[];
  readonly passedOver: readonly PassedOver[];
}

async function look(place: string): Promise<Found> {
  const sweep = await sweepAt(place);
  return sweep === undefined ? lookThrough(place) : only(sweep);
}

async function only(sweep: Sweep): Promise<Found> {
  return { sweeps: [await statusOf(sweep)], runs: [], passedOver: [] };
}

async function statusOf(sweep: Sweep): Promise<SweepStatus> {
  return await sweepStatus(sweep, ({ config }) => costOf(config), await queueOf(sweep));
}

/** Of what was submitted elsewhere there is no queue to be asked here; the folders tell the rest. */
async function queueOf(sweep: Sweep): Promise<Map<string, JobState>> {
  try {
    return await queueState(sweep);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    output.tell(`note: what is in SLURM's queue is not known: ${error.message}`);
    return new Map();
  }
}

/** The sweeps that runs in a folder are of: a member's folder lies in its sweep's. */
async function lookThrough(folder: string): Promise<Found> {
  const { runs, passedOver } = await listRuns(folder);
  const sweeps: SweepStatus[] = [];
  const damaged: PassedOver[] = [];
  for (const directory of new Set(runs.map(sweepFolderOf))) {
    const frozen = frozenFile(directory);
    if (!(await isThere(frozen, 'file'))) continue;
    try {
      sweeps.push(await statusOf(await readFrozen(frozen)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      damaged.push({ directory, reason: error.message });
    }
  }
  const known = new Set(sweeps.map(({ directory }) => directory));
  const others = runs.filter((run) => !known.has(sweepFolderOf(run)));
  return { sweeps, runs: others, passedOver: [...passedOver, ...damaged] };
}

function sweepFolderOf({ directory }: RunState): string {
  return dirname(dirname(directory));
}

function print(place: string, { sweeps, runs, passedOver }: Found): void {
  for (const [index, sweep] of sweeps.entries()) {
    if (index > 0) output.print('');
    printSweep(sweep);
  }
  if (runs.length > 0) {
    if (sweeps.length > 0) output.print('');
    printRuns(runs);
  } else if (sweeps.length === 0) output.print(noRuns(place));
  tellPassedOver(passedOver);
}
