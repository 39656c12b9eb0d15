import process from 'node:process';

import { z } from 'zod';

import { MODEL_NAMES, PRECISIONS } from '../../src/config/index.js';
import { loadDataset } from '../../src/data/cifar.js';
import type { Dataset } from '../../src/data/dataset.js';
import { packageFolder } from '../../src/support/package.js';
import { openEngine } from '../../src/tensor/backend.js';
import type { Engine } from '../../src/tensor/engine.js';

/** What a contender in Node is to train; its one argument, as JSON. */
export const workloadSchema = z.strictObject({
  model: z.enum(MODEL_NAMES),
  batchSize: z.int().min(1),
  optimizer: z.string(),
  precision: z.enum(PRECISIONS),
});

export type ChildWorkload = z.output<typeof workloadSchema>;

/** Reads the workload and opens the native engine and the embedded images. */
export async function openChild(): Promise<{
  readonly workload: ChildWorkload;
  readonly engine: Engine;
  readonly dataset: Dataset;
}> {
  const workload = workloadSchema.parse(JSON.parse(process.argv[2] ?? ''));
  return {
    workload,
    engine: await openEngine({ backend: 'tensorflow', precision: workload.precision }),
    dataset: await loadDataset({ name: 'cifar100-mini', directory: packageFolder() }),
  };
}
