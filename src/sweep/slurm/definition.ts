import { z } from 'zod';
import { LEAST_SECONDS, secondsOf } from './time.js';

const line = z.string().regex(/^[^\p{Cc}]+$/u, { error: 'non-empty text on one line' });

/** Options of sbatch that are said in keys of their own. */
const OWN_KEYS = ['partition', 'account', 'qos', 'gres', 'time', 'mem', 'constraint', 'cpus-per-task'];

/** Options of sbatch on which submitting, following and requeueing rest. */
const TAKEN = [
  ...['array', 'chdir', 'clusters', 'dependency', 'error', 'job-name', 'no-requeue', 'open-mode', 'output'],
  ...['parsable', 'requeue', 'signal', 'test-only', 'wait', 'wrap'],
];

const flag = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, { error: 'a long option of sbatch without its dashes' })
  .refine((name) => !OWN_KEYS.includes(name), { error: 'an option that has no key of its own in slurm' })
  .refine((name) => !TAKEN.includes(name), {
    error: `none of those that gan-bench sets itself: ${TAKEN.join(', ')}`,
  });

/** @see secondsOf */
const time = line.refine((text) => (secondsOf(text) ?? 0) >= LEAST_SECONDS, {
  error: `at least ${LEAST_SECONDS / 60} minutes, as minutes, hours:minutes:seconds or days-hours:minutes:seconds`,
});

/** What `gan-bench sweep submit` asks SLURM for; what is left out is left to the cluster. */
export const SlurmSchema = z.strictObject({
  partition: line.optional().describe('Partition (`--partition`).'),
  account: line.optional().describe('Account that is charged (`--account`).'),
  qos: line.optional().describe('Quality of service (`--qos`).'),
  gres: line.optional().describe('Generic resources of each member, such as `gpu:1` (`--gres`).'),
  time: time.optional().describe('Time limit of each member, such as `04:00:00` (`--time`).'),
  mem: line.optional().describe('Memory of each member, such as `8G` (`--mem`).'),
  constraint: line
    .optional()
    .describe('Features that a node must have, such as a kind of processor (`--constraint`).'),
  cpus: z.int().min(1).optional().describe('Processors of each member (`--cpus-per-task`).'),
  maxParallel: z.int().min(1).optional().describe('Members that may run at the same time.'),
  setup: z
    .array(line)
    .default([])
    .describe('Lines of shell that each member runs first, such as `module load nodejs`.'),
  extra: z
    .record(flag, z.union([line, z.number(), z.literal(true)]))
    .default({})
    .describe('Further options of sbatch: the flag without its dashes, and its value, or true for none.'),
});

/** Part `slurm` of a sweep file, with the defaults filled in. */
export type SlurmDefinition = z.output<typeof SlurmSchema>;
