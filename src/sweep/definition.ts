import { z } from 'zod';
import { nameSchema, outputSchema, seedsSchema } from '../config/index.js';

const WorkersSchema = z.union([
  z.literal('auto'),
  z.strictObject({
    count: z.int().min(1).max(1024).describe('Members that are trained at the same time.'),
    threads: z
      .int()
      .min(1)
      .max(1024)
      .optional()
      .describe('Threads of each worker; without it the processors are shared evenly.'),
  }),
]);

const line = z.string().regex(/^[^\p{Cc}]+$/u, { error: 'non-empty text on one line' });

const SlurmSchema = z.strictObject({
  partition: line.optional().describe('Partition (`--partition`).'),
  account: line.optional().describe('Account that is charged (`--account`).'),
  qos: line.optional().describe('Quality of service (`--qos`).'),
  gres: line.optional().describe('Generic resources of each member, such as `gpu:1` (`--gres`).'),
  time: line.optional().describe('Time limit of each member, such as `04:00:00` (`--time`).'),
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
    .record(
      z.string().regex(/^[a-z][a-z0-9-]*$/, { error: 'a long option of sbatch without its dashes' }),
      z.union([line, z.number(), z.literal(true)]),
    )
    .default({})
    .describe('Further options of sbatch: the flag without its dashes, and its value, or true for none.'),
});

const tree = z.record(z.string(), z.unknown());

const CompareSchema = z.strictObject({
  baseline: tree
    .optional()
    .describe('Settings of the members that the others are compared with, such as `{optimizer: adamw}`.'),
  equivalenceMargin: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('Difference in test accuracy (a share: 0.005 is half a point) below which two are as good.'),
});

/** A sweep file. */
export const SweepFileSchema = z.strictObject({
  $schema: z.string().optional().describe('Where an editor finds the JSON Schema; otherwise ignored.'),
  name: nameSchema
    .optional()
    .describe('Names the folder of the sweep. Without it, the name of the file less its extension.'),
  base: tree.describe(
    'The configuration that all members share: keys as in a configuration file, `extends` (relative to this file) among them.',
  ),
  grid: tree.default({}).describe('Keys with lists of values: every combination is a configuration.'),
  zip: tree
    .default({})
    .describe('Keys with equally long lists: the values that stand at the same place go together.'),
  cases: z
    .array(tree)
    .default([])
    .describe('Single configurations beside the grid: a `name` and the keys that differ from the base.'),
  exclude: z.array(tree).default([]).describe('Settings whose combinations in grid and zip are left out.'),
  seeds: seedsSchema
    .optional()
    .describe('One member for each, of every configuration; replaces those of the base.'),
  output: outputSchema
    .optional()
    .describe(
      'Folder for results: a member lands in `<output>/<sweep>/<member>/seed-<n>/`. Without it, that of the base.',
    ),
  compare: CompareSchema.default({}).describe('What the comparison of the results is to use.'),
  workers: WorkersSchema.default('auto').describe(
    'How many members are trained at the same time on this machine.',
  ),
  retries: z
    .int()
    .min(0)
    .max(100)
    .default(1)
    .describe('How often a member that failed is tried again before it is given up.'),
  slurm: SlurmSchema.optional().describe(
    'What `gan-bench sweep submit` asks SLURM for; the rest is left to the cluster.',
  ),
});

/** What a sweep file says, with the defaults filled in. */
export type SweepDefinition = z.output<typeof SweepFileSchema>;
