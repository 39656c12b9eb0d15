import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import { messageOf, UserError } from '../errors.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';
import type { HostTensor } from './safetensors.js';
import { progressSchema } from './state.js';
import type { Progress } from './state.js';

/** A state on the host, by tensor name. */
export interface Snapshot {
  readonly progress: Progress;
  readonly seed: number;
  /** Backend that computed it; another one would not go on with the same bytes. */
  readonly backend: string;
  /** Parameters and running statistics. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly optimizer: ReadonlyMap<string, HostTensor>;
}

/** A checkpoint that could not be used, and why. */
export interface SkippedCheckpoint {
  readonly directory: string;
  readonly reason: string;
}

const WEIGHTS = 'weights.safetensors';
const OPTIMIZER = 'optimizer.safetensors';
const STATE = 'state.json';
/** Changes when older checkpoints can no longer be read. */
const FORMAT = 2;
const NAME = /^step-(\d{8,})(?:\.replaced)?$/;
/** A checkpoint that gives way to another of the same step has this after its name until that one is in place. */
const REPLACED = '.replaced';
/** A checkpoint that is still being written has this before its name. */
const UNFINISHED = '.unfinished-';

const stateSchema = z.strictObject({
  format: z.literal(FORMAT, {
    error: ({ input }) =>
      `its format is ${String(input)}, this version reads ${FORMAT}; continue with the version that began the run, or ` +
      'start over in another folder (--out)',
  }),
  seed: z.int().min(0),
  backend: z.string(),
  progress: progressSchema,
  /** SHA-256 of each file, so that a torn one is known. */
  files: z.strictObject({ [WEIGHTS]: z.string(), [OPTIMIZER]: z.string() }),
});

/**
 * Writes `<folder>/step-<step>` in one piece: all files go to a folder under another name, reach the disk, and only
 * then take their place.
 *
 * @returns the checkpoint's folder
 * @throws UserError `io` when it cannot be written, a full disk among the reasons; nothing half-written stays behind
 */
export async function saveCheckpoint(folder: string, snapshot: Snapshot): Promise<string> {
  const name = `step-${String(snapshot.progress.step).padStart(8, '0')}`;
  const directory = path.join(folder, name);
  const unfinished = path.join(folder, UNFINISHED + name);
  try {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    const { seed, backend, progress } = snapshot;
    const files = {
      [WEIGHTS]: await writeTensors(path.join(unfinished, WEIGHTS), snapshot.weights),
      [OPTIMIZER]: await writeTensors(path.join(unfinished, OPTIMIZER), snapshot.optimizer),
    };
    const state = { format: FORMAT, seed, backend, progress, files } satisfies z.input<typeof stateSchema>;
    await writeDurably(path.join(unfinished, STATE), Buffer.from(`${JSON.stringify(state, undefined, 2)}\n`));
    await takePlace(unfinished, directory);
    await syncFolder(folder);
    return directory;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    throw new UserError(
      'io',
      `The checkpoint ${directory} could not be written: ${messageOf(error)}. ` +
        'Make space or mend the folder, then run the same command with --resume.',
      { cause: error },
    );
  }
}

/** Renames a folder onto another, of which a whole copy is there under one name or another at every moment. */
async function takePlace(unfinished: string, directory: string): Promise<void> {
  const replaced = directory + REPLACED;
  const existing = await stat(directory).catch(() => undefined);
  if (existing) {
    await rm(replaced, { recursive: true, force: true });
    await rename(directory, replaced);
  }
  await rename(unfinished, directory);
  await rm(replaced, { recursive: true, force: true });
}

/** The newest checkpoint that is whole, and the newer ones that had to be passed over. */
export async function latestCheckpoint(
  folder: string,
): Promise<{ readonly snapshot: Snapshot | undefined; readonly skipped: readonly SkippedCheckpoint[] }> {
  const skipped: SkippedCheckpoint[] = [];
  for (const name of (await listCheckpoints(folder)).reverse()) {
    const directory = path.join(folder, name);
    try {
      return { snapshot: await loadCheckpoint(directory), skipped };
    } catch (error) {
      skipped.push({ directory, reason: messageOf(error) });
    }
  }
  return { snapshot: undefined, skipped };
}

/**
 * Reads a checkpoint. Its files are not trusted.
 *
 * @throws UserError `checkpoint` naming the file that is missing, torn or of another format
 */
export async function loadCheckpoint(directory: string): Promise<Snapshot> {
  const stateFile = path.join(directory, STATE);
  const { seed, backend, progress, files } = parseState(await readBytes(stateFile), stateFile);
  return {
    seed,
    backend,
    progress,
    weights: await readTensors(path.join(directory, WEIGHTS), files[WEIGHTS]),
    optimizer: await readTensors(path.join(directory, OPTIMIZER), files[OPTIMIZER]),
  };
}

/**
 * Removes what is of no more use after the checkpoint of `step` was saved: all before it but the newest, `keep` in
 * all; those of later steps, which are torn ones that the run did not resume from; and what killed processes left.
 * The untrained state may stay.
 */
export async function pruneCheckpoints(
  folder: string,
  {
    step,
    keep,
    keepInitial,
  }: { readonly step: number; readonly keep: number; readonly keepInitial: boolean },
): Promise<void> {
  const names = await listCheckpoints(folder);
  const current = names.filter((name) => stepOf(name) <= step);
  const kept = new Set(current.slice(-keep));
  const unfinished = (await readdir(folder)).filter((name) => name.startsWith(UNFINISHED));
  for (const name of [...names, ...unfinished]) {
    if (kept.has(name) || (keepInitial && stepOf(name) === 0)) continue;
    await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

/** Names of the checkpoints in a folder, oldest first; of one step the replaced one first. */
async function listCheckpoints(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => NAME.test(name)).sort((a, b) => stepOf(a) - stepOf(b) || b.length - a.length);
}

function stepOf(name: string): number {
  return Number(NAME.exec(name)?.[1] ?? NaN);
}

async function writeTensors(file: string, tensors: ReadonlyMap<string, HostTensor>): Promise<string> {
  const bytes = writeSafetensors(tensors, { format: 'gan-bench' });
  await writeDurably(file, bytes);
  return sha256(bytes);
}

async function readTensors(file: string, checksum: string): Promise<Map<string, HostTensor>> {
  const bytes = await readBytes(file);
  if (sha256(bytes) !== checksum) {
    throw new UserError('checkpoint', `${file} is torn or was changed: its SHA-256 is not that of ${STATE}.`);
  }
  return readSafetensors(bytes, file);
}

function parseState(bytes: Buffer, file: string): z.output<typeof stateSchema> {
  try {
    return stateSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    const what =
      error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', '; ') : messageOf(error);
    throw new UserError('checkpoint', `${file} is not the state of a checkpoint: ${what}.`, { cause: error });
  }
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UserError('checkpoint', `${file} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a rename last through a power failure; folders cannot be opened everywhere, and there it is left out. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
