import { describe, expect, it } from 'vitest';

import { UserError } from '../../src/errors.js';
import { type HostTensor, readSafetensors, writeSafetensors } from '../../src/train/safetensors.js';

const kernel = { shape: [2, 1, 1, 2], data: Float32Array.of(1, -2, 0.5, Infinity) };
const scalar = { shape: [], data: Float32Array.of(3) };
const nothing = { shape: [0, 4], data: new Float32Array() };
const tensors = new Map<string, HostTensor>([
  ['stem.conv.kernel', kernel],
  ['β', scalar],
  ['empty', nothing],
]);

/** A file with this header, as JSON or as it is, and these value bytes. */
function fileOf(header: unknown, values: Uint8Array = new Uint8Array(16)): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, values]);
}

function entry(changes: object = {}): object {
  return { weight: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16], ...changes } };
}

describe('writing', () => {
  const bytes = Buffer.from(writeSafetensors(tensors, { format: 'gan-bench' }));
  const headerLength = Number(bytes.readBigUInt64LE());

  it('puts the length of a JSON header first, padded with spaces so that the values start at a multiple of 8', () => {
    expect((8 + headerLength) % 8).toBe(0);
    expect(JSON.parse(bytes.subarray(8, 8 + headerLength).toString('utf8'))).toEqual({
      __metadata__: { format: 'gan-bench' },
      'stem.conv.kernel': { dtype: 'F32', shape: [2, 1, 1, 2], data_offsets: [0, 16] },
      β: { dtype: 'F32', shape: [], data_offsets: [16, 20] },
      empty: { dtype: 'F32', shape: [0, 4], data_offsets: [20, 20] },
    });
  });

  it('puts the values behind it, little-endian and without gaps', () => {
    const values = bytes.subarray(8 + headerLength);
    expect(values).toHaveLength(20);
    expect([0, 4, 8, 12, 16].map((offset) => values.readFloatLE(offset))).toEqual([1, -2, 0.5, Infinity, 3]);
  });

  it('takes views of larger arrays', () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const read = readSafetensors(writeSafetensors(new Map([['part', { shape: [2], data }]])), 'file');
    expect(read.get('part')?.data).toEqual(Float32Array.of(1, 2));
  });
});

describe('reading', () => {
  const bytes = writeSafetensors(tensors);

  it.each([
    ['a Uint8Array', new Uint8Array(bytes)],
    ['a Buffer, as files are read', Buffer.from(bytes)],
    ['a view that starts at an odd byte', Buffer.concat([Buffer.alloc(3), bytes]).subarray(3)],
  ])('gives back what was written, from %s', (_, source) => {
    const read = readSafetensors(source, 'file');
    expect([...read]).toEqual([...tensors]);
    expect([...read.values()].map(({ data }) => data.length)).toEqual([4, 1, 0]);
  });

  it('keeps the order of the tensors', () => {
    expect([...readSafetensors(bytes, 'file').keys()]).toEqual([...tensors.keys()]);
  });

  it.each([
    ['too few bytes', Buffer.from('short'), '5 bytes are too few'],
    ['a cut header', Buffer.from(bytes).subarray(0, 40), 'its header is cut off'],
    ['a header length beyond reason', Buffer.alloc(64, 0xff), 'its header is cut off'],
    ['a header that is not JSON', fileOf('{weight'), 'its header is not JSON'],
    ['a header that is a list', fileOf([1]), 'its header is not JSON'],
    ['values that are cut off', Buffer.from(bytes).subarray(0, -1), 'tensor β of shape [] does not fill'],
    ['another type', fileOf(entry({ dtype: 'F16' })), "the entry of tensor weight is not a float32 tensor's"],
    ['a negative size', fileOf(entry({ shape: [-2, -2] })), 'the entry of tensor weight'],
    ['an entry without a shape', fileOf({ weight: { dtype: 'F32' } }), 'the entry of tensor weight'],
    ['offsets past the end', fileOf(entry({ data_offsets: [16, 32] })), 'does not fill bytes 16 to 32'],
    ['offsets backwards', fileOf(entry({ data_offsets: [16, 0] })), 'does not fill bytes 16 to 0'],
    ['a shape that does not fit', fileOf(entry({ shape: [3, 2] })), 'weight of shape [3, 2] does not fill'],
  ])('refuses %s, naming the file', (_, source, message) => {
    const read = (): unknown => readSafetensors(source, 'weights.safetensors');
    expect(read).toThrow(UserError);
    expect(read).toThrow('weights.safetensors is not a readable safetensors file: ');
    expect(read).toThrow(message);
  });
});
