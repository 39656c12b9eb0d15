import { z } from 'zod';
import { nameSchema, outputSchema, seedsSchema } from '../config/index.js';
import { SlurmSchema } from './slurm/definition.js';

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
    .describe(
      'Difference in accuracy, on test or validation images (a share: 0.005 is half a point), below which two are as good.',
    ),
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
