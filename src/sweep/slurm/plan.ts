import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';

import { memberKey, type Member, type Sweep } from '../sweep.js';
import { memberOptions, option, outputPattern, placeOptions } from './options.js';
import type { SbatchOption } from './options.js';
import { scriptText } from './script.js';
import { WARNING_SECONDS } from './time.js';

/** What is to be submitted, and how the program is called on the nodes. */
export interface SubmissionOptions {
  readonly sweep: Sweep;
  readonly members: readonly Member[];
  /** The submission's folder. */
  readonly directory: string;
  /** Node with the program, such as `['/usr/bin/node', '/opt/gan-bench/bin/gan-bench.js']`. */
  readonly program: readonly string[];
  /** Options that are handed on to each member: `--data-dir`, `--offline`, … */
  readonly args: readonly string[];
  /** How many tasks the cluster allows an array to have. */
  readonly largestArray: number;
}

/** A batch script that is to be submitted. */
export interface PlannedJob {
  readonly script: string;
  readonly name: string;
  readonly text: string;
  readonly options: readonly SbatchOption[];
}

export interface PlannedArray extends PlannedJob {
  /** The keys of its members, in the order of its tasks. */
  readonly members: readonly string[];
}

export interface SubmissionPlan {
  readonly arrays: readonly PlannedArray[];
  /** The job after all others, which writes the summaries. */
  readonly summaries: PlannedJob;
}

/** The frozen members of a submission: later changes of the sweep file do not reach them. */
export function membersFile(directory: string): string {
  return join(directory, 'members.json');
}

/** The scripts that train the members, in arrays as large as the cluster allows, and the one that writes their summaries. */
export function planSubmission(options: SubmissionOptions): SubmissionPlan {
  const { sweep, members, largestArray } = options;
  // Dots and dashes apart, a name may have characters that a list of names could not hold.
  const name = `${sweep.name.replace(/[^\w.-]/g, '-').slice(0, 100)}-${randomUUID().slice(0, 8)}`;
  const arrays: PlannedArray[] = [];
  for (let first = 0; first < members.length; first += largestArray) {
    const part = members.slice(first, first + largestArray);
    arrays.push(planArray(options, { part, first, name: `${name}-${arrays.length + 1}` }));
  }
  return { arrays, summaries: planSummaries(options, `${name}-summaries`) };
}

interface ArrayPart {
  readonly part: readonly Member[];
  /** The place of its first member in the submission. */
  readonly first: number;
  readonly name: string;
}

function planArray(options: SubmissionOptions, { part, first, name }: ArrayPart): PlannedArray {
  const { sweep, members, directory, program, args } = options;
  const { slurm } = sweep.definition;
  const parallel = slurm?.maxParallel === undefined ? '' : `%${slurm.maxParallel}`;
  const all = [
    ...jobOptions(directory, { name, log: '%A_%a.log' }),
    option('array', `0-${part.length - 1}${parallel}`),
    option('requeue'),
    option('open-mode', 'append'),
    option('signal', `B:USR2@${WARNING_SECONDS}`),
    ...(slurm === undefined ? [] : [...placeOptions(slurm), ...memberOptions(slurm)]),
  ];
  const text = scriptText({
    comment: [
      `Members ${first + 1} to ${first + part.length} of ${members.length} of a submission of the sweep ${sweep.name}: see members.json.`,
      'By hand: sbatch, and this file.',
    ],
    options: all,
    setup: slurm?.setup ?? [],
    command: [...program, 'sweep', 'member', ...args, resolve(membersFile(directory))],
    rest: first === 0 ? '"$SLURM_ARRAY_TASK_ID"' : `"$((SLURM_ARRAY_TASK_ID + ${first}))"`,
  });
  return { script: `${name}.sh`, name, text, options: all, members: part.map(memberKey) };
}

function planSummaries({ sweep, directory, program }: SubmissionOptions, name: string): PlannedJob {
  const { slurm } = sweep.definition;
  const all = [
    ...jobOptions(directory, { name, log: '%j.log' }),
    option('time', '10'),
    ...(slurm === undefined ? [] : placeOptions(slurm)),
  ];
  const text = scriptText({
    comment: [
      'Writes the summaries once all members of the submission are done.',
      'By hand: sbatch --dependency=afterany:<number of each array>, and this file.',
    ],
    options: all,
    setup: slurm?.setup ?? [],
    command: [...program, 'sweep', 'summarize', resolve(membersFile(directory))],
  });
  return { script: `${name}.sh`, name, text, options: all };
}

/** Paths are whole ones: a script may be submitted from any folder. */
function jobOptions(directory: string, { name, log }: { readonly name: string; readonly log: string }) {
  return [
    option('job-name', name),
    option('chdir', resolve('.')),
    option('output', outputPattern(resolve(directory), log)),
  ];
}
