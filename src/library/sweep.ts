import { costOf } from '../bench/cost.js';
import { lookAtFolders } from '../bench/task.js';
import type { Overrides } from '../config/index.js';
import { providePlugin } from '../plugin/open.js';
import { membersLike } from '../sweep/choose.js';
import type { SweepEvent } from '../sweep/events.js';
import { writeFrozen } from '../sweep/frozen.js';
import { loadSweep } from '../sweep/load.js';
import { triesWith } from '../sweep/queue.js';
import { requireRunnable } from '../sweep/refusal.js';
import { runSweep } from '../sweep/run-sweep.js';
import type { Workers } from '../sweep/share.js';
import { memberStates } from '../sweep/state.js';
import { writeSummaries, type NamedSummary } from '../sweep/summaries.js';
import type { Sweep } from '../sweep/sweep.js';
import { startWorker } from '../sweep/worker.js';
import { provideData, type DataEvent, type DataOptions } from './data.js';
import { modelsOf, openRuns, sharesOf } from './sweep-shares.js';
import type { Task } from './task.js';

/** Everything that a study tells while it is trained, in order. */
export type StudyEvent =
  | DataEvent
  | SweepEvent
  /** The last one: what came of the members of each name, as in their `summary.csv`. */
  | { readonly type: 'sweep-summary'; readonly summaries: readonly NamedSummary[] };

/** How members are trained. */
export interface MemberOptions extends DataOptions {
  /** Refuse to run without a GPU. */
  readonly requireGpu?: boolean | undefined;
  /** Have workers say where an error came from. */
  readonly debug?: boolean | undefined;
}

export interface TaskOptions extends MemberOptions {
  /** How many processes train at once; default: what the file says. */
  readonly workers?: Workers | undefined;
  /** A member that failed stops the others, with checkpoints. */
  readonly failFast?: boolean | undefined;
  /** Asks the workers to save a checkpoint and end; nothing new is started. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the workers at once. */
  readonly killSignal?: AbortSignal | undefined;
}

export interface SweepOptions extends TaskOptions {
  /** Laid over every member, where a file is given. */
  readonly overrides?: Overrides | undefined;
  /** Only members like this: `key=value` of their configuration, `seed` or `name`; several for one key mean any of them. */
  readonly only?: readonly string[] | undefined;
}

/** Trains every member of a sweep that is not finished: `sweep` of the library. */
export async function* trainSweep(
  file: string | Sweep,
  { overrides, only = [], ...options }: SweepOptions = {},
): AsyncGenerator<StudyEvent, void> {
  const sweep = typeof file === 'string' ? await loadSweep(file, overrides, providePlugin) : file;
  const task = await taskOf(sweep, only);
  requireRunnable(task.states);
  yield* trainTask(task, options);
}

/** The members that patterns choose, as they stand, with the tries that the file gives each. */
export async function taskOf(sweep: Sweep, only: readonly string[]): Promise<Task> {
  const states = await memberStates(sweep, membersLike(sweep, only));
  return { sweep, states, triesFor: triesWith(sweep.definition.retries) };
}

/** Trains members in processes of their own. Their folders have been looked at ({@link requireRunnable}). */
export async function* trainTask(task: Task, options: TaskOptions): AsyncGenerator<StudyEvent, void> {
  const { sweep } = task;
  const open = openRuns(task);
  // Once, before several workers would do so at the same time.
  const configs = open.map(({ config }) => config);
  yield* provideData(configs, options);
  await lookAtFolders(configs);
  const never = new AbortController().signal;
  const { signal = never, killSignal = never, failFast = false, workers } = options;
  const model = await modelsOf(sweep.members);
  yield* runSweep({
    ...{ ...task, signal, killSignal, failFast, start: startWorker, args: memberArguments(options) },
    file: await writeFrozen(sweep),
    shares: await sharesOf(workers ?? sweep.definition.workers, open, model),
    costOf: ({ config }) => costOf(config, model),
  });
  yield { type: 'sweep-summary', summaries: await writeSummaries(sweep) };
}

/** What is handed on to `sweep member`: the data are there by now, and what the members set stands in the frozen file. */
export function memberArguments({ dataDir, requireGpu = false, debug = false }: MemberOptions): string[] {
  return [
    '--offline',
    ...(dataDir === undefined ? [] : ['--data-dir', dataDir]),
    ...(requireGpu ? ['--require-gpu'] : []),
    ...(debug ? ['--debug'] : []),
  ];
}
