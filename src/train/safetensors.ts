import { z } from 'zod';

import { UserError } from '../errors.js';
import { sizeOf } from '../tensor/layout.js';

/** A float32 tensor on the host. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Bytes before the header: its length as a little-endian 64-bit integer. */
const LENGTH_BYTES = 8;
/** What the reference implementation accepts at most. */
const LARGEST_HEADER = 100_000_000;

const entrySchema = z.strictObject({
  dtype: z.literal('F32'),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});
const headerSchema = z.record(z.string(), z.unknown());

/**
 * Writes named float32 tensors in the safetensors format (https://huggingface.co/docs/safetensors): the length of
 * the header, the header as JSON padded to 8 bytes, then the values, little-endian, one tensor after the other.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  const start = LENGTH_BYTES + padded;
  const bytes = Buffer.alloc(start + offset, ' ');
  bytes.writeBigUInt64LE(BigInt(padded));
  json.copy(bytes, LENGTH_BYTES);
  let place = start;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), place);
    place += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file of float32 tensors. The file is not trusted: every offset and shape is checked.
 *
 * @param file its path, for the message
 * @throws UserError `checkpoint` when the bytes are not such a file
 */
export function readSafetensors(bytes: Uint8Array, file: string): Map<string, HostTensor> {
  const refuse = (what: string): UserError =>
    new UserError('checkpoint', `${file} is not a readable safetensors file: ${what}.`);
  if (bytes.length < LENGTH_BYTES) throw refuse(`${bytes.length} bytes are too few`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const start = LENGTH_BYTES + headerLength;
  if (headerLength > LARGEST_HEADER || start > bytes.length) throw refuse('its header is cut off');
  const valueBytes = bytes.length - start;
  const firstValue = bytes.byteOffset + start;
  const tensors = new Map<string, HostTensor>();
  for (const [name, entry] of Object.entries(parseHeader(bytes.subarray(LENGTH_BYTES, start), refuse))) {
    if (name === '__metadata__') continue;
    const parsed = entrySchema.safeParse(entry);
    if (!parsed.success) throw refuse(`the entry of tensor ${name} is not a float32 tensor's`);
    const { shape, data_offsets } = parsed.data;
    const [from, to] = data_offsets;
    const size = sizeOf(shape);
    if (to > valueBytes || to - from !== size * Float32Array.BYTES_PER_ELEMENT) {
      throw refuse(`tensor ${name} of shape [${shape.join(', ')}] does not fill bytes ${from} to ${to}`);
    }
    // A copy, since a view would need the offset to be a multiple of four; of the buffer, since a Buffer's own slice
    // would be a view of it.
    const copy = bytes.buffer.slice(firstValue + from, firstValue + to);
    tensors.set(name, { shape, data: new Float32Array(copy) });
  }
  return tensors;
}

function parseHeader(bytes: Uint8Array, refuse: (what: string) => UserError): Record<string, unknown> {
  try {
    return headerSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    throw refuse('its header is not JSON');
  }
}
