import { z } from 'zod';

/** Workers by number, each on that many threads. */
const WorkersSchema = z.union([
  z.literal('auto'),
  z.strictObject({ count: z.int().min(1), threads: z.int().min(1).optional() }),
]);

/** What `gan-bench sweep submit` asks SLURM for; what is left out is left to the cluster. */
const SlurmSchema = z.strictObject({
  partition: z.string().optional(),
  account: z.string().optional(),
  qos: z.string().optional(),
  gres: z.string().optional(),
  time: z.string().optional(),
  mem: z.string().optional(),
  constraint: z.string().optional(),
  cpus: z.int().min(1).optional(),
  maxParallel: z.int().min(1).optional(),
  setup: z.array(z.string()).default([]),
  extra: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

const tree = z.record(z.string(), z.unknown());

/** A sweep file. */
export const SweepFileSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().optional(),
  base: tree,
  grid: tree.default({}),
  zip: tree.default({}),
  cases: z.array(tree).default([]),
  exclude: z.array(tree).default([]),
  seeds: z.array(z.int()).optional(),
  output: z.string().optional(),
  compare: z
    .strictObject({ baseline: tree.optional(), equivalenceMargin: z.number().positive().optional() })
    .default({}),
  workers: WorkersSchema.default('auto'),
  retries: z.int().min(0).default(1),
  slurm: SlurmSchema.optional(),
});

/** What a sweep file says, with the defaults filled in. */
export type SweepDefinition = z.output<typeof SweepFileSchema>;
