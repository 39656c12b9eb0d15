import { costLeft, longestFirst, type PlannedRun } from '../bench/estimate.js';
import { memoryOf } from '../bench/memory.js';
import type { ModelOf } from '../bench/model-of.js';
import type { RunConfig } from '../config/index.js';
import { openPlugins } from '../plugin/open.js';
import { isOpen } from '../sweep/queue.js';
import { describeMachine, sharesFor, type Share, type Workers } from '../sweep/share.js';
import { memberKey } from '../sweep/sweep.js';
import type { Task } from './task.js';

/** What a command may come to train, as far as it is left. */
export function openRuns({ states, triesFor }: Task): PlannedRun[] {
  return states
    .filter((state) => isOpen(state, triesFor))
    .map(({ member, run }) => ({
      ...{ name: memberKey(member), config: member.config, epochsDone: run?.epoch ?? 0 },
    }));
}

/** The networks of configurations, those of plug-ins too. */
export async function modelsOf(runs: readonly { readonly config: RunConfig }[]): Promise<ModelOf> {
  const { methods } = await openPlugins(runs.map(({ config }) => config));
  return (config) => methods(config).model;
}

/** Where workers compute that train these runs: one at least, and not more than there are runs. */
export async function sharesOf(
  workers: Workers,
  runs: readonly PlannedRun[],
  model: ModelOf,
): Promise<Share[]> {
  const machine = await describeMachine(runs.some(mayUseGpu));
  const loads = longestFirst(runs, model).map((run) => ({
    cost: costLeft(run, model),
    memoryBytes: memoryOf(run.config, model),
  }));
  return sharesFor(workers, machine, loads);
}

/** What has bfloat16 is computed by kernels for processors. */
function mayUseGpu({ config: { backend, precision } }: PlannedRun): boolean {
  return ['auto', 'tensorflow'].includes(backend) && precision === 'float32';
}
