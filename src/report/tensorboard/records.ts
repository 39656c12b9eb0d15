import { createCRC32 } from 'hash-wasm';

/** What is added to a checksum after its bits are rotated. */
const MASK_DELTA = 0xa282ead8;

/** Castagnoli's polynomial, its bits reversed. */
const CRC32C = 0x82f63b78;

/** The checksum that records carry: CRC-32C, masked as TensorFlow does, for a CRC of data with a CRC in it is a bad one. */
export type MaskedChecksum = (bytes: Uint8Array) => number;

export async function maskedChecksum(): Promise<MaskedChecksum> {
  const hash = await createCRC32(CRC32C);
  return (bytes) => {
    const digest = hash.init().update(bytes).digest('binary');
    const crc = new DataView(digest.buffer, digest.byteOffset).getUint32(0);
    return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
  };
}

const LENGTH_BYTES = 8;
const CHECKSUM_BYTES = 4;

/**
 * A record of a TFRecord file: the length of its data (64 bits, little endian) with its checksum, the data with theirs.
 * Source: tensorflow/core/lib/io/record_writer.h.
 */
export function recordOf(data: Uint8Array, checksum: MaskedChecksum): Uint8Array {
  const start = LENGTH_BYTES + CHECKSUM_BYTES;
  const record = new Uint8Array(start + data.length + CHECKSUM_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(LENGTH_BYTES, checksum(record.subarray(0, LENGTH_BYTES)), true);
  record.set(data, start);
  view.setUint32(start + data.length, checksum(data), true);
  return record;
}
