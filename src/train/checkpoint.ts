import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';

import { messageOf, UserError } from '../errors.js';
import { makeFolder } from '../support/folder.js';
import { readRegularFile } from '../support/regular-file.js';
import { listCheckpoints, REPLACED, stepOf, UNFINISHED } from './checkpoint-folder.js';
import {
  OPTIMIZER,
  OtherFormatError,
  parseState,
  sha256Of,
  stateText,
  tensorBytes,
  WEIGHTS,
} from './checkpoint-state.js';
import type { TensorFile } from './checkpoint-state.js';
import type { RecordedFile } from './recorded-file.js';
import { readSafetensors } from './safetensors.js';
import type { HostTensor } from './safetensors.js';
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

/** A state with what was on record of the run when it was saved. */
export interface Checkpoint extends Snapshot {
  readonly records: readonly RecordedFile[];
}

/** A checkpoint that could not be used, and why. */
export interface SkippedCheckpoint {
  readonly directory: string;
  readonly reason: string;
  /** Nothing is wrong with its own files: it could be used if what does not fit it were put right. */
  readonly isWhole: boolean;
}

const STATE = 'state.json';
/** What is read of a state.json at most; that of the largest network has some kilobytes. */
const LARGEST_STATE = 16 * 2 ** 20;

/**
 * Writes `<folder>/step-<step>` in one piece: all files go to a folder under another name, reach the disk, and only
 * then take their place.
 *
 * @param confirm asked before it takes its place; what it throws is passed on
 * @returns the checkpoint's folder
 * @throws UserError `io` when it cannot be written, a full disk among the reasons; nothing half-written stays behind
 */
export async function saveCheckpoint(
  folder: string,
  checkpoint: Checkpoint,
  { confirm }: { readonly confirm?: (() => Promise<void>) | undefined } = {},
): Promise<string> {
  const name = `step-${String(checkpoint.progress.step).padStart(8, '0')}`;
  const directory = path.join(folder, name);
  const unfinished = path.join(folder, UNFINISHED + name);
  try {
    await rm(unfinished, { recursive: true, force: true });
    await makeFolder(folder);
    await mkdir(unfinished);
    const { seed, backend, progress, records } = checkpoint;
    const files = {
      [WEIGHTS]: await writeTensors(path.join(unfinished, WEIGHTS), checkpoint.weights),
      [OPTIMIZER]: await writeTensors(path.join(unfinished, OPTIMIZER), checkpoint.optimizer),
    };
    const state = stateText({ seed, backend, progress, files, records });
    await writeDurably(path.join(unfinished, STATE), Buffer.from(state));
    await syncFolder(unfinished);
    await confirm?.();
    await takePlace(unfinished, directory);
    await syncFolder(folder);
    return directory;
  } catch (error) {
    // Who took the folder over may be writing under the same names.
    if (error instanceof UserError) throw error;
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

/**
 * The newest checkpoint that is whole and fits, and the newer ones that had to be passed over.
 *
 * @param requireFit throws when a checkpoint, whole by itself, does not fit what lies beside it
 */
export async function latestCheckpoint(
  folder: string,
  requireFit: (checkpoint: Checkpoint) => Promise<void> | void = () => undefined,
): Promise<{ readonly snapshot: Checkpoint | undefined; readonly skipped: readonly SkippedCheckpoint[] }> {
  const skipped: SkippedCheckpoint[] = [];
  for (const name of (await listCheckpoints(folder)).reverse()) {
    const directory = path.join(folder, name);
    let isWhole = false;
    try {
      const snapshot = await loadCheckpoint(directory);
      isWhole = true;
      await requireFit(snapshot);
      return { snapshot, skipped };
    } catch (error) {
      isWhole ||= error instanceof OtherFormatError;
      skipped.push({ directory, reason: messageOf(error), isWhole });
    }
  }
  return { snapshot: undefined, skipped };
}

/**
 * Reads a checkpoint. Its files are not trusted.
 *
 * @throws UserError `checkpoint` naming the file that is missing, torn, not finite or of another format
 */
export async function loadCheckpoint(directory: string): Promise<Checkpoint> {
  const stateFile = path.join(directory, STATE);
  const text = (await readBytes(stateFile, LARGEST_STATE)).toString('utf8');
  const { seed, backend, progress, files, records } = parseState(text, stateFile);
  if (stepOf(path.basename(directory)) !== progress.step) {
    throw new UserError(
      'checkpoint',
      `${stateFile} is of step ${progress.step}, which is not the step that its folder is named for.`,
    );
  }
  return {
    ...{ seed, backend, progress, records },
    weights: await readTensors(path.join(directory, WEIGHTS), files[WEIGHTS]),
    optimizer: await readTensors(path.join(directory, OPTIMIZER), files[OPTIMIZER]),
  };
}

async function writeTensors(file: string, tensors: ReadonlyMap<string, HostTensor>): Promise<TensorFile> {
  const bytes = tensorBytes(tensors);
  await writeDurably(file, bytes);
  return { bytes: bytes.length, sha256: sha256Of(bytes) };
}

async function readTensors(file: string, written: TensorFile): Promise<Map<string, HostTensor>> {
  const bytes = await readBytes(file, written.bytes);
  if (sha256Of(bytes) !== written.sha256) {
    throw new UserError('checkpoint', `${file} is torn or was changed: its SHA-256 is not that of ${STATE}.`);
  }
  const tensors = readSafetensors(bytes, file);
  for (const [name, { data }] of tensors) {
    if (data.every(Number.isFinite)) continue;
    throw new UserError('checkpoint', `${file} holds numbers in tensor ${name} that are not finite.`);
  }
  return tensors;
}

async function readBytes(file: string, largestBytes: number): Promise<Buffer> {
  try {
    return await readRegularFile(file, largestBytes);
  } catch (error) {
    throw new UserError('checkpoint', `${file} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
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
