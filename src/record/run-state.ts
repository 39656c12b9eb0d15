import { dirname, relative } from 'node:path';
import { RunConfigSchema, type RunConfig } from '../config/schema.js';
import { UserError } from '../errors.js';
import { bytesIn } from '../support/folder.js';
import type { BestEpoch } from '../train/best-epoch.js';
import { bestEpochOf } from './best-epoch.js';
import { readRunConfig, runPaths } from './directory.js';
import { epochsOf } from './epochs.js';
import { lockHolder, type LockHolder } from './lock.js';
import { readManifest, type Manifest } from './manifest.js';
import { readMetrics, type MetricsRow } from './metrics.js';
import { finishedResult } from './summary.js';

/**
 * How a run stands. `running`: a process holds its folder; `killed`: its manifest says running, and nobody does;
 * `not-started`: its folder was made and no more; `damaged`: as in the summary.
 */
export const RUN_STATES = [
  'running',
  'finished',
  'interrupted',
  'killed',
  'failed',
  'damaged',
  'not-started',
] as const;
export type RunStanding = (typeof RUN_STATES)[number];

/** A run as its folder tells it. Times are ISO 8601 in UTC. */
export interface RunState {
  readonly directory: string;
  /** The folder of the experiment, from the one that was looked through. */
  readonly experiment: string;
  readonly seed: number;
  readonly outcome: RunStanding;
  /** What is damaged, or why it failed. */
  readonly reason: string | undefined;
  /** Completed epochs. */
  readonly epoch: number;
  /** Epochs when it will be done; undefined when its configuration does not say. */
  readonly epochs: number | undefined;
  /** After the last completed epoch, in [0, 1]. */
  readonly lastTestAccuracy: number | undefined;
  /** The same of the validation images; absent where there are none. */
  readonly lastValidationAccuracy?: number | undefined;
  /** The epoch with the highest validation accuracy so far. */
  readonly best?: BestEpoch | undefined;
  /** When the run first began. */
  readonly startedAt: string | undefined;
  /** When it was last started or resumed. */
  readonly attemptStartedAt: string | undefined;
  readonly endedAt: string | undefined;
  /** Mean seconds of the epochs since it was last started; undefined before the first. */
  readonly secondsPerEpoch: number | undefined;
  /** What the missing epochs take, by that mean; undefined unless it is running. */
  readonly secondsLeft: number | undefined;
  readonly checkpointBytes: number;
  /** Who holds the folder. */
  readonly holder: LockHolder | undefined;
}

/** A folder that has a run's name and is none of ours. */
export interface PassedOver {
  readonly directory: string;
  readonly reason: string;
}

/** What a run's files say, as far as they can be read. */
interface Contents {
  readonly config: RunConfig | undefined;
  readonly manifest: Manifest | undefined;
  readonly metrics: readonly MetricsRow[];
}

interface Records extends Contents {
  readonly holder: LockHolder | undefined;
}

/** How a run stands, with what its files say. Of one that is damaged there may be less, or nothing. */
export interface WholeRun extends Contents {
  readonly state: RunState;
}

/**
 * How the run in a folder stands. The folder is only read, and is not trusted; a run may go on in it meanwhile.
 * @param root what `experiment` is told from
 */
export async function readRunState(directory: string, place: Place): Promise<RunState | PassedOver> {
  const run = await readWholeRun(directory, place);
  return 'state' in run ? run.state : run;
}

interface Place {
  readonly root: string;
  readonly seed: number;
}

/** Like {@link readRunState}, with what was read. */
export async function readWholeRun(directory: string, { root, seed }: Place): Promise<WholeRun | PassedOver> {
  const experiment = directory === root ? '.' : relative(root, dirname(directory)) || '.';
  const place = { directory, seed, experiment };
  const checkpointBytes = await bytesIn(runPaths(directory).checkpoints);
  try {
    const { holder, ...contents } = await readRecords(directory);
    const { config, manifest, metrics } = contents;
    if (manifest === undefined && config === undefined) {
      return {
        directory,
        reason: 'it has no manifest.json, and its config.json is not a resolved configuration',
      };
    }
    if (manifest?.outcome === 'finished') await finishedResult(directory, manifest, { metrics, config });
    return { state: { ...place, ...stateOf({ ...contents, holder }), checkpointBytes }, ...contents };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const left = await leftOf(directory);
    if (left.config === undefined && left.manifest === undefined) return { directory, reason: error.message };
    return { state: { ...place, ...damaged, reason: error.message, checkpointBytes }, ...left };
  }
}

const damaged = {
  outcome: 'damaged',
  epoch: 0,
  epochs: undefined,
  lastTestAccuracy: undefined,
  startedAt: undefined,
  attemptStartedAt: undefined,
  endedAt: undefined,
  secondsPerEpoch: undefined,
  secondsLeft: undefined,
  holder: undefined,
} as const;

/** What in a damaged folder is as a run writes it; nothing in one that is none of ours. */
async function leftOf(directory: string): Promise<Contents> {
  const config = await readConfig(directory).catch(() => undefined);
  const manifest = await readManifest(directory).catch(() => undefined);
  return { config, manifest, metrics: [] };
}

/** The lock is looked at first: a run that ends meanwhile then says so in its manifest. */
async function readRecords(directory: string): Promise<Records> {
  const before = await lockHolder(directory);
  const manifest = await readManifest(directory);
  const metrics = await readMetrics(runPaths(directory).metrics);
  // One that began meanwhile has a lock now.
  const holder = before ?? (await lockHolder(directory));
  return { config: await readConfig(directory), manifest, metrics, holder };
}

async function readConfig(directory: string): Promise<RunConfig | undefined> {
  return RunConfigSchema.safeParse(await readRunConfig(directory)).data;
}

function stateOf({ config, manifest, metrics, holder }: Records) {
  const outcome = standingOf(manifest, holder);
  const attempt = manifest?.attempts.at(-1);
  const epochs = epochsOf(config, metrics);
  const mean = secondsPerEpoch(metrics, attempt?.fromStep ?? 0);
  // One that goes on with an interrupted run holds the folder before it says so in the manifest.
  const isUnderWay = outcome === 'running' && manifest?.outcome === 'running';
  return {
    outcome,
    reason: outcome === 'failed' ? (manifest?.error ?? undefined) : undefined,
    epoch: metrics.length,
    epochs,
    lastTestAccuracy: metrics.at(-1)?.test_accuracy,
    lastValidationAccuracy: metrics.at(-1)?.validation_accuracy,
    best: bestEpochOf(metrics),
    ...timesOf(manifest),
    ...(outcome === 'running' && { endedAt: undefined }),
    secondsPerEpoch: mean,
    secondsLeft: isUnderWay ? secondsLeft(metrics.length, epochs, mean) : undefined,
    holder,
  };
}

function timesOf(manifest: Manifest | undefined) {
  return {
    startedAt: manifest?.startedAt,
    attemptStartedAt: manifest?.attempts.at(-1)?.startedAt,
    endedAt: manifest?.endedAt ?? undefined,
  };
}

function standingOf(manifest: Manifest | undefined, holder: LockHolder | undefined): RunStanding {
  // Of a finished run the folder is held for a moment still, or looked at by another command.
  if (manifest?.outcome === 'finished') return 'finished';
  if (holder !== undefined) return 'running';
  if (manifest === undefined) return 'not-started';
  return manifest.outcome === 'running' ? 'killed' : manifest.outcome;
}

function secondsPerEpoch(metrics: readonly MetricsRow[], fromStep: number): number | undefined {
  const seconds = metrics.filter(({ step }) => step > fromStep).map((row) => row.epoch_seconds);
  return seconds.length === 0 ? undefined : seconds.reduce((sum, each) => sum + each, 0) / seconds.length;
}

function secondsLeft(
  epoch: number,
  epochs: number | undefined,
  mean: number | undefined,
): number | undefined {
  return epochs === undefined || mean === undefined ? undefined : Math.max(epochs - epoch, 0) * mean;
}
