import { z } from 'zod';
import { identitySchema } from '../config/methods.js';
import { UserError } from '../errors.js';
import { bestEpochSchema } from '../train/best-epoch.js';
import type { TrainEvent } from '../train/events.js';
import { recordedFileSchema, type RecordedFile } from '../train/recorded-file.js';
import { runPaths } from './directory.js';
import { machineSchema, programSchema } from './environment.js';
import { readJsonIfPresent, toJsonText, writeAtomically } from './files.js';
import type { TrainListener } from './listener.js';

export const engineSchema = z.object({
  backend: z.string(),
  /** Name and version, such as `TensorFlow 2.21.0`. */
  library: z.string(),
  devices: z.array(z.string()).readonly(),
  /** Absent in manifests of versions that did not say. */
  usesGpu: z.boolean().optional(),
  /** Absent in manifests of versions that had float32 only. */
  precision: z.string().optional(),
});

const outcomeSchema = z.enum(['running', 'finished', 'interrupted', 'failed']);

const attemptSchema = z.object({
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  fromStep: z.int().nonnegative(),
  /** The last step that the attempt told of; null while it runs, or when it was killed. */
  toStep: z.int().nonnegative().nullable(),
  /** `killed`: it ended without a word (kill -9, power cut), as the next attempt found. */
  outcome: z.enum([...outcomeSchema.options, 'killed']),
  error: z.string().nullable(),
  gitCommit: z.string().nullable(),
  library: z.string(),
});

const numbers = z.array(z.number()).readonly();

const datasetSchema = z.object({
  name: z.string(),
  checksums: z.record(z.string(), z.string()).readonly(),
  /** What follows is of a data set that is a folder, and absent of one that the program knows. */
  folder: z.string().optional(),
  format: z.string().optional(),
  image: z.object({ height: z.int(), width: z.int(), channels: z.int() }).optional(),
  /** Of class 0, 1, … */
  classNames: z.array(z.string()).readonly().optional(),
  /** All that there are, whether they are used or not. */
  images: z.object({ train: z.int(), test: z.int() }).optional(),
  /** Measured on the images that are trained on, for pixels in [0, 1]. */
  normalization: z.object({ mean: numbers, std: numbers }).optional(),
  decoder: z.string().optional(),
});

const factsSchema = z.object({
  seed: z.int(),
  commandLine: z.array(z.string()).readonly(),
  program: programSchema,
  engine: engineSchema,
  machine: machineSchema,
  dataset: datasetSchema,
  /** Absent where none is used, and in manifests of versions that knew none. */
  plugins: z.array(identitySchema).readonly().optional(),
});

const manifestSchema = z.object({
  format: z.literal(1),
  ...factsSchema.shape,
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  outcome: outcomeSchema,
  error: z.string().nullable(),
  /** What kind of failure `error` is, such as `diverged`. Absent of one that nobody foresaw, and in older manifests. */
  errorCode: z.string().optional(),
  attempts: z.array(attemptSchema),
  /** The CSV files of a finished run as it left them. Absent in manifests of versions that did not note it. */
  records: z.array(recordedFileSchema).readonly().optional(),
  /**
   * Of a finished run the epoch with the highest validation accuracy, and its checkpoint's folder where it was to be kept.
   * Absent without validation images.
   */
  best: z.object({ ...bestEpochSchema.shape, checkpoint: z.string().nullable() }).optional(),
});

/** The engine a run uses: backend, the library behind it with its version, and devices. */
export type EngineInfo = z.infer<typeof engineSchema>;
/** What a run is made with; the rest of the manifest is what happens to it. */
export type RunFacts = z.infer<typeof factsSchema>;
export type RunOutcome = z.infer<typeof outcomeSchema>;
/** One start or resume of a run. */
export type RunAttempt = z.infer<typeof attemptSchema>;
/**
 * manifest.json. `program`, `engine`, `machine` and `commandLine` are those of the last attempt, `startedAt` is when
 * the first began; times are ISO 8601 in UTC.
 */
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * The manifest of the run in `directory`; undefined when there is none.
 * @throws UserError `io` naming the file and key when it is damaged
 */
export async function readManifest(directory: string): Promise<Manifest | undefined> {
  const { manifest: file } = runPaths(directory);
  const value = await readJsonIfPresent(file);
  if (value === undefined) return undefined;
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(
    'io',
    `${file}: is damaged at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'not a manifest'}. Put it back as it ` +
      'was, or delete it: --resume then continues with a new one that lacks the history.',
  );
}

/**
 * Refuses data that are not those that the run began with: it would go on with other images.
 * @throws UserError `checkpoint` naming the file and both checksums
 */
export function requireSameData(
  before: Pick<Manifest, 'dataset'>,
  now: Pick<RunFacts, 'dataset'>,
  directory: string,
): void {
  const difference = dataDifference(before, now);
  if (difference === undefined) return;
  throw new UserError(
    'checkpoint',
    `${directory}: cannot be resumed, the data are not those that it was trained on so far: ${difference}. Put the file ` +
      'back as it was, or train anew in another folder (--out).',
  );
}

/** The first file of the data that a run had which is not the same now, with both checksums; undefined where all are. */
export function dataDifference(
  { dataset: before }: Pick<RunFacts, 'dataset'>,
  { dataset: now }: Pick<RunFacts, 'dataset'>,
): string | undefined {
  for (const [file, checksum] of Object.entries(before.checksums)) {
    if (now.checksums[file] === checksum) continue;
    return `the SHA-256 of ${file} (${before.name}) was ${checksum}, now it is ${now.checksums[file] ?? 'that of no file'}`;
  }
  return undefined;
}

export interface ManifestOptions {
  /** The CSV files as they are now: what the manifest of a finished run says of them. */
  readonly records?: () => Promise<RecordedFile[]>;
  /** Asked before anything is written; throws when the folder is no longer this run's. */
  readonly confirm?: () => Promise<void>;
  /** The clock, for tests. */
  readonly now?: () => Date;
}

/** Keeps manifest.json: `running` from the start of an attempt to its end, then its outcome, with all earlier attempts. */
export function manifestRecorder(
  directory: string,
  facts: RunFacts,
  { records, confirm, now = () => new Date() }: ManifestOptions = {},
): TrainListener {
  const { manifest: file } = runPaths(directory);
  let current: Manifest | undefined;

  const write = async (manifest: Manifest): Promise<void> => {
    await confirm?.();
    await writeAtomically(file, toJsonText(manifest));
  };
  const begin = async (fromStep: number): Promise<Manifest> => {
    const earlier = await readManifest(directory);
    current = beginAttempt(facts, earlier, fromStep, now().toISOString());
    await write(current);
    return current;
  };
  const end = async (outcome: Exclude<RunOutcome, 'running'>, event: RunEnd): Promise<void> => {
    const error = event.type === 'run-failed' ? event.error.message : null;
    const manifest = current ?? (await begin(event.step));
    const ended = endAttempt(manifest, { outcome, error, toStep: event.step, endedAt: now().toISOString() });
    const known =
      event.type === 'run-finished' ? { records: await records?.(), best: event.best } : codeOf(event);
    current = { ...ended, ...known };
    await write(current);
  };

  return {
    async on(event) {
      if (event.type === 'run-started') await begin(event.resumedFrom?.step ?? 0);
      else if (event.type === 'run-finished') await end('finished', event);
      else if (event.type === 'run-interrupted') await end('interrupted', event);
      else if (event.type === 'run-failed') {
        // What ended the run is reported by whoever threw it; a disk too full for the manifest must not hide that.
        await end('failed', event).catch(() => undefined);
      }
    },
  };
}

function codeOf(event: RunEnd): Pick<Manifest, 'errorCode'> {
  return event.type === 'run-failed' && event.error instanceof UserError
    ? { errorCode: event.error.code }
    : {};
}

type RunEnd = Extract<TrainEvent, { type: 'run-finished' | 'run-interrupted' | 'run-failed' }>;

function beginAttempt(
  facts: RunFacts,
  earlier: Manifest | undefined,
  fromStep: number,
  startedAt: string,
): Manifest {
  const attempt: RunAttempt = {
    startedAt,
    endedAt: null,
    fromStep,
    toStep: null,
    outcome: 'running',
    error: null,
    gitCommit: facts.program.gitCommit,
    library: facts.engine.library,
  };
  return {
    format: 1,
    ...facts,
    startedAt: earlier?.startedAt ?? startedAt,
    endedAt: null,
    outcome: 'running',
    error: null,
    attempts: [...(earlier?.attempts ?? []).map(closeKilled), attempt],
  };
}

function closeKilled(attempt: RunAttempt): RunAttempt {
  return attempt.outcome === 'running' ? { ...attempt, outcome: 'killed' } : attempt;
}

/** The manifest with its last attempt ended. */
export function endAttempt(
  manifest: Manifest,
  end: Pick<RunAttempt, 'error' | 'toStep'> & { outcome: RunOutcome; endedAt: string },
): Manifest {
  const { outcome, error, endedAt } = end;
  const last = manifest.attempts.length - 1;
  const attempts = manifest.attempts.map((attempt, index) =>
    index === last ? { ...attempt, ...end } : attempt,
  );
  return { ...manifest, outcome, error, endedAt, attempts };
}
