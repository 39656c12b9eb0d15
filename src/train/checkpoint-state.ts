import { createHash } from 'node:crypto';

import { z } from 'zod';

import { messageOf, UserError } from '../errors.js';
import { recordedFileSchema } from './recorded-file.js';
import { writeSafetensors } from './safetensors.js';
import type { HostTensor } from './safetensors.js';
import { progressSchema } from './state.js';
import type { Progress } from './state.js';

export const WEIGHTS = 'weights.safetensors';
export const OPTIMIZER = 'optimizer.safetensors';
/** Changes when older checkpoints can no longer be read. */
const FORMAT = 3;

const fileSchema = z.strictObject({ bytes: z.int().min(0), sha256: z.string() });
const stateSchema = z.strictObject({
  format: z.literal(FORMAT),
  seed: z.int().min(0),
  backend: z.string(),
  progress: progressSchema
    .refine(agrees, { error: 'step, epoch and stepInEpoch do not agree' })
    .refine(hasBest, { error: 'best is not among the completed epochs' }),
  /** Length and SHA-256 of each file of tensors, so that a torn one is known. */
  files: z.strictObject({ [WEIGHTS]: fileSchema, [OPTIMIZER]: fileSchema }),
  /** What was on record of the run: the files beside the checkpoints, as far as they had grown. */
  records: z.array(recordedFileSchema).readonly(),
});

/** What state.json holds beside its own checksum and format. */
export type CheckpointState = Omit<z.output<typeof stateSchema>, 'format'>;
export type TensorFile = z.output<typeof fileSchema>;

/** The content of a file of tensors. */
export function tensorBytes(tensors: ReadonlyMap<string, HostTensor>): Uint8Array {
  return writeSafetensors(tensors, { format: 'gan-bench' });
}

/** A checkpoint that another version of the program made: nothing is wrong with it. */
export class OtherFormatError extends UserError {}

/** The text of state.json: the state, and the SHA-256 of its JSON. */
export function stateText(content: CheckpointState): string {
  const state = { format: FORMAT, ...content } satisfies z.input<typeof stateSchema>;
  return `${JSON.stringify({ ...state, sha256: checksumOf(state) }, undefined, 2)}\n`;
}

/**
 * Reads a state.json, which is not trusted.
 *
 * @throws UserError `checkpoint` naming the file and what is wrong with it
 */
export function parseState(text: string, file: string): CheckpointState {
  try {
    const { sha256, ...state } = z.looseObject({ format: z.int() }).parse(JSON.parse(text));
    if (state.format !== FORMAT) throw otherFormat(file, state.format);
    if (sha256 !== checksumOf(state)) throw new Error('it was changed, its SHA-256 is not the one in it');
    return stateSchema.parse(state);
  } catch (error) {
    if (error instanceof OtherFormatError) throw error;
    const what =
      error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', '; ') : messageOf(error);
    throw new UserError('checkpoint', `${file} is not the state of a checkpoint: ${what}.`, { cause: error });
  }
}

/** SHA-256 in hexadecimal digits. */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function checksumOf(state: object): string {
  return sha256Of(JSON.stringify(state));
}

function otherFormat(file: string, format: number): OtherFormatError {
  return new OtherFormatError(
    'checkpoint',
    `${file} is of format ${format}, and this version of gan-bench reads format ${FORMAT}: ` +
      'only the version that made it can go on from it.',
  );
}

/** Every completed epoch had a step at least, and the steps of the running one are among all. */
function agrees({ epoch, step, stepInEpoch }: Progress): boolean {
  return epoch === 0 ? step === stepInEpoch : step - stepInEpoch >= epoch;
}

function hasBest({ epoch, step, stepInEpoch, best }: Progress): boolean {
  return best === undefined || (best.epoch <= epoch && best.step <= step - stepInEpoch);
}
