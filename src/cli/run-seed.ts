import { configDifferences } from '../config/index.js';
import type { RunConfig } from '../config/index.js';
import type { Dataset } from '../data/dataset.js';
import { messageOf, UserError } from '../errors.js';
import type { LoadedPlugin } from '../plugin/load.js';
import {
  hasRun,
  prepareRunDirectory,
  readRunConfig,
  runDirectory,
  runExists,
  runPaths,
} from '../record/directory.js';
import { combineListeners } from '../record/listener.js';
import type { TrainListener } from '../record/listener.js';
import { lockRunDirectory } from '../record/lock.js';
import type { RunLock } from '../record/lock.js';
import { manifestRecorder, readManifest, requireSameData } from '../record/manifest.js';
import type { Manifest, RunFacts } from '../record/manifest.js';
import { writePluginSources } from '../record/plugin-sources.js';
import type { PluginSources } from '../record/plugin-sources.js';
import { requireRecords } from '../record/recorded.js';
import { csvRecorder } from '../record/recorders.js';
import { printable } from '../support/text.js';
import type { Engine } from '../tensor/engine.js';
import { latestCheckpoint } from '../train/checkpoint.js';
import type { Checkpoint } from '../train/checkpoint.js';
import type { Methods } from '../train/methods.js';
import type { TrainEvent } from '../train/events.js';
import { planOf, requireReachable } from '../train/plan.js';
import { train } from '../train/train.js';
import type { Reporter } from './reporter.js';

/** How a seed ended; a failure has been reported. */
export type SeedEnd =
  { readonly outcome: 'finished' | 'interrupted' } | { readonly outcome: 'failed'; readonly error: unknown };

export interface SeedOptions {
  readonly config: RunConfig;
  readonly seed: number;
  readonly dataset: Dataset;
  readonly engine: Engine;
  readonly methods: Methods;
  readonly plugins: readonly LoadedPlugin[];
  readonly facts: Omit<RunFacts, 'seed'>;
  readonly resume: boolean;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/**
 * Looks at the folders of all seeds before the first one is trained, so that a mistake does not show up hours later.
 *
 * @throws UserError `usage` for a run that is there already, `config` for one of another configuration
 */
export async function checkSeeds(config: RunConfig, resume: boolean): Promise<void> {
  for (const seed of config.seeds) {
    const directory = runDirectory(config.output, config.name, seed);
    if (!(await hasRun(directory))) continue;
    if (!resume) throw runExists(directory);
    await requireSameConfig(directory, config);
  }
}

/**
 * Trains one seed, or goes on with it. A failure is reported; the other seeds can go on.
 *
 * @throws HeldError when another process has the folder; UserError when what is there cannot be gone on with
 */
export async function runSeed(options: SeedOptions): Promise<SeedEnd> {
  const { config, seed, resume } = options;
  const directory = runDirectory(config.output, config.name, seed);
  const lock = await lockSeed(options, directory);
  if (lock === undefined) return { outcome: 'interrupted' };
  try {
    const { existing } = await prepareRunDirectory(directory, config, { resume });
    if (existing) await requireSameConfig(directory, config);
    const manifest = existing ? await readManifest(directory) : undefined;
    if (manifest?.outcome === 'finished') {
      options.reporter.tell(`seed ${seed}: already finished, ${directory}`);
      return { outcome: 'finished' };
    }
    await writePluginSources(directory, options.plugins.map(sourcesOf));
    if (manifest !== undefined) requireSameData(manifest, options.facts, directory);
    if (manifest !== undefined) tellOtherMachine(options, manifest);
    const checkpoint = existing ? await findCheckpoint(options, directory) : undefined;
    return await trainSeed(options, directory, checkpoint, lock.confirm);
  } finally {
    await lock.release();
  }
}

/** @returns undefined when the user stopped while a process on another machine was watched for signs of life */
async function lockSeed(
  { seed, reporter, signal }: SeedOptions,
  directory: string,
): Promise<RunLock | undefined> {
  const onWait = (text: string): void => {
    reporter.note(`seed ${seed}: ${text}`);
  };
  try {
    return await lockRunDirectory(directory, { wait: { signal, onWait } });
  } catch (error) {
    if (signal.aborted && error === signal.reason) return undefined;
    throw error;
  }
}

/** Another version of the library, other kernels or another kind of processor add up in another order. */
function tellOtherMachine({ seed, facts, reporter }: SeedOptions, before: Manifest): void {
  const changes = [
    [before.engine.library, facts.engine.library],
    [processorsOf(before), processorsOf(facts)],
  ] as const;
  for (const [was, is] of changes) {
    if (was === is) continue;
    reporter.note(
      `seed ${seed} was trained with ${printable(was)} so far and goes on with ${is}: ` +
        'the last digits will not be those of an uninterrupted run.',
    );
  }
}

/** The kind of processor that computes: those of the GPU, or the machine's. */
function processorsOf({ engine, machine }: Pick<RunFacts, 'engine' | 'machine'>): string {
  return engine.usesGpu === true ? engine.devices.join(', ') : machine.cpuModel;
}

function sourcesOf({ identity, sources }: LoadedPlugin): PluginSources {
  return { name: identity.name, sources };
}

async function trainSeed(
  options: SeedOptions,
  directory: string,
  checkpoint: Checkpoint | undefined,
  confirm: RunLock['confirm'],
): Promise<SeedEnd> {
  const { config, seed, dataset, engine, methods, facts, reporter, signal } = options;
  const csv = csvRecorder(directory, { ...config.log, confirm });
  const { records } = csv;
  const listener = combineListeners([
    csv,
    manifestRecorder(directory, { ...facts, seed }, { records, confirm }),
    reporter.display(),
  ]);
  const { checkpoints } = runPaths(directory);
  const events = train({
    ...{ config, methods, seed, dataset, engine, checkpoints, resume: checkpoint },
    ...{ records, confirm, signal },
  });
  try {
    return await follow(events, listener, reporter);
  } finally {
    await listener.close?.();
  }
}

/** Passes the events on until the run ends. What a listener cannot write down ends the run too. */
async function follow(
  events: AsyncGenerator<TrainEvent, void>,
  listener: TrainListener,
  reporter: Reporter,
): Promise<SeedEnd> {
  let last: { readonly epoch: number; readonly step: number } = { epoch: 0, step: 0 };
  let end: SeedEnd = { outcome: 'failed', error: new Error('the run ended without saying how') };
  try {
    for await (const event of events) {
      await listener.on(event);
      if (event.type === 'run-finished') end = { outcome: 'finished' };
      else if (event.type === 'run-interrupted') end = { outcome: 'interrupted' };
      else if (event.type === 'run-failed') {
        end = { outcome: 'failed', error: event.error };
        reporter.fail(event.error);
      }
      if ('step' in event) last = event;
    }
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
    reporter.fail(error);
    const { epoch, step } = last;
    try {
      await listener.on({ type: 'run-failed', epoch, step, error });
    } catch {
      // The same disk that refused the rows may refuse the manifest; the first error has been told.
    }
    return { outcome: 'failed', error };
  }
  return end;
}

/** The newest checkpoint that the run can go on from; undefined when there is none and it starts anew. */
async function findCheckpoint(options: SeedOptions, directory: string): Promise<Checkpoint | undefined> {
  const { config, seed, dataset, engine, reporter } = options;
  const { checkpoints } = runPaths(directory);
  const plan = planOf(config, dataset);
  const { snapshot, skipped } = await latestCheckpoint(checkpoints, async ({ progress, records, ...own }) => {
    if (own.seed !== seed) throw new UserError('checkpoint', `It is of seed ${own.seed}, not ${seed}.`);
    requireReachable(progress, plan);
    await requireRecords(directory, records);
  });
  for (const { directory: torn, reason } of skipped) reporter.note(`passing over ${torn}: ${reason}`);
  if (snapshot !== undefined) {
    requireSameBackend(snapshot.backend, engine.info.backend, directory);
    return snapshot;
  }
  if (skipped.some(({ isWhole }) => isWhole)) {
    throw new UserError(
      'checkpoint',
      `${directory}: cannot be resumed, none of its checkpoints fits what is there (see above). Put the files back as they ` +
        `were; or delete ${checkpoints}, and --resume starts seed ${seed} anew; or train it in another folder (--out).`,
    );
  }
  reporter.note(`seed ${seed} has no checkpoint to go on from; it starts anew.`);
  return undefined;
}

function requireSameBackend(before: string, now: string, directory: string): void {
  if (before === now) return;
  throw new UserError(
    'checkpoint',
    `${directory}: was trained with backend ${before}, and ${now} would not go on with the same numbers. ` +
      `Add --backend ${before}, or train it anew in another folder with --out.`,
  );
}

async function requireSameConfig(directory: string, config: RunConfig): Promise<void> {
  const differences = configDifferences(await readRunConfig(directory), config);
  if (differences.length === 0) return;
  throw new UserError(
    'config',
    [
      `${directory}: cannot be resumed, the configuration is another one than in ${runPaths(directory).config}:`,
      ...differences.map((difference) => `  ${difference}`),
      'Undo these changes, or train the new configuration under another name (--set name=…) or folder (--out).',
    ].join('\n'),
  );
}
