import type { RunConfig } from '../config/index.js';
import { messageOf } from '../errors.js';
import type { LoadedPlugin } from '../plugin/load.js';
import { hasRun, prepareRunDirectory, runDirectory, runExists, runPaths } from '../record/directory.js';
import { combineListeners } from '../record/listener.js';
import type { TrainListener } from '../record/listener.js';
import { lockRunDirectory } from '../record/lock.js';
import type { RunLock } from '../record/lock.js';
import { manifestRecorder, readManifest, requireSameData } from '../record/manifest.js';
import { writePluginSources } from '../record/plugin-sources.js';
import type { PluginSources } from '../record/plugin-sources.js';
import { csvRecorder } from '../record/recorders.js';
import { toldBy } from '../support/stream.js';
import type { Checkpoint } from '../train/checkpoint.js';
import type { TrainEvent } from '../train/events.js';
import { train } from '../train/train.js';
import { noteOf, type NoteEvent, type SeedEnded, type SeedEvent } from './run-events.js';
import type { SeedOptions } from './run-open.js';
import { findCheckpoint, otherMachine, requireSameConfig } from './run-resume.js';

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

type Outcome = Pick<SeedEnded, 'outcome' | 'error'>;

const FINISHED: Outcome = { outcome: 'finished', error: undefined };
const INTERRUPTED: Outcome = { outcome: 'interrupted', error: undefined };

/**
 * Trains one seed, or goes on with it, and tells how it goes. A failure is told too; the other seeds can go on. Who reads
 * no further ends the run after its step, without a checkpoint: it then stands as one that was killed.
 *
 * @throws HeldError when another process has the folder; UserError when what is there cannot be gone on with
 */
export async function* runSeed(options: SeedOptions): AsyncGenerator<SeedEvent, void> {
  const { config, seed } = options;
  const directory = runDirectory(config.output, config.name, seed);
  const lock = yield* lockSeed(options, directory);
  try {
    const end = lock === undefined ? INTERRUPTED : yield* trainLocked(options, directory, lock.confirm);
    yield { type: 'seed-ended', seed, directory, ...end };
  } finally {
    await lock?.release();
  }
}

async function* trainLocked(
  options: SeedOptions,
  directory: string,
  confirm: RunLock['confirm'],
): AsyncGenerator<SeedEvent, Outcome> {
  const { config, seed, resume } = options;
  const { existing } = await prepareRunDirectory(directory, config, { resume });
  if (existing) await requireSameConfig(directory, config);
  const manifest = existing ? await readManifest(directory) : undefined;
  if (manifest?.outcome === 'finished') {
    yield { type: 'already-finished', seed, directory };
    return FINISHED;
  }
  await writePluginSources(directory, options.plugins.map(sourcesOf));
  if (manifest !== undefined) requireSameData(manifest, options.facts, directory);
  if (manifest !== undefined) yield* notesOf(seed, otherMachine(options, manifest));
  const checkpoint = existing ? yield* findCheckpoint(options, directory) : undefined;
  return yield* trainSeed(options, directory, checkpoint, confirm);
}

/** @returns undefined when the user stopped while a process on another machine was watched for signs of life */
async function* lockSeed(
  { seed, signal }: SeedOptions,
  directory: string,
): AsyncGenerator<NoteEvent, RunLock | undefined> {
  try {
    return yield* toldBy<NoteEvent, RunLock>(
      (tell, stop) => {
        const onWait = (text: string): void => {
          tell(noteOf(seed, `seed ${seed}: ${text}`));
        };
        return lockRunDirectory(directory, { wait: { signal: stop, onWait } });
      },
      { signal, discard: (lock) => lock.release() },
    );
  } catch (error) {
    if (signal.aborted && error === signal.reason) return undefined;
    throw error;
  }
}

function* notesOf(seed: number, texts: readonly string[]): Generator<NoteEvent, void> {
  for (const text of texts) yield noteOf(seed, text);
}

function sourcesOf({ identity, sources }: LoadedPlugin): PluginSources {
  return { name: identity.name, sources };
}

async function* trainSeed(
  options: SeedOptions,
  directory: string,
  checkpoint: Checkpoint | undefined,
  confirm: RunLock['confirm'],
): AsyncGenerator<SeedEvent, Outcome> {
  const { config, seed, dataset, engine, methods, facts, signal } = options;
  const csv = csvRecorder(directory, { ...config.log, confirm });
  const { records } = csv;
  const recorder = combineListeners([
    csv,
    manifestRecorder(directory, { ...facts, seed }, { records, confirm }),
  ]);
  const { checkpoints } = runPaths(directory);
  const events = train({
    ...{ config, methods, seed, dataset, engine, checkpoints, resume: checkpoint },
    ...{ records, confirm, signal },
  });
  return yield* record(events, recorder, seed);
}

/** Writes down what happens, and passes it on, until the run ends. What cannot be written down ends the run too. */
async function* record(
  events: AsyncGenerator<TrainEvent, void>,
  recorder: TrainListener,
  seed: number,
): AsyncGenerator<SeedEvent, Outcome> {
  let last: { readonly epoch: number; readonly step: number } = { epoch: 0, step: 0 };
  for await (const event of events) {
    const error = await failureOf(() => recorder.on(event));
    if (error !== undefined) {
      const failed = { type: 'run-failed' as const, ...{ epoch: last.epoch, step: last.step, error, seed } };
      // The same disk that refused the rows may refuse the manifest; the first error is told.
      await failureOf(() => recorder.on(failed));
      yield failed;
      return { outcome: 'failed', error };
    }
    yield { ...event, seed };
    if (event.type === 'run-finished') return FINISHED;
    if (event.type === 'run-interrupted') return INTERRUPTED;
    if (event.type === 'run-failed') return { outcome: 'failed', error: event.error };
    if ('step' in event) last = event;
  }
  return { outcome: 'failed', error: new Error('the run ended without saying how') };
}

async function failureOf(write: () => Promise<void> | void): Promise<Error | undefined> {
  try {
    await write();
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
  }
}
