import { PbfReader } from 'pbf';

/** An event as it stands in a file. */
export interface ReadEvent {
  wallTime: number;
  step: number;
  version?: string;
  values: ReadValue[];
}

interface ReadValue {
  tag: string;
  value: number;
  description?: string;
  plugin?: string;
}

/** CRC-32C bit by bit, as RFC 3720 has it. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Reads an event file to its end, and looks at every checksum. */
export function readEvents(file: Uint8Array): ReadEvent[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const checked = (from: number, to: number): Uint8Array => {
    const bytes = file.subarray(from, to);
    if (view.getUint32(to, true) !== masked(crc32c(bytes))) throw new Error(`the checksum at ${to} is wrong`);
    return bytes;
  };
  const events: ReadEvent[] = [];
  for (let place = 0; place < file.length;) {
    checked(place, place + 8);
    const end = place + 12 + Number(view.getBigUint64(place, true));
    events.push(readEvent(checked(place + 12, end)));
    place = end + 4;
  }
  return events;
}

function readEvent(data: Uint8Array): ReadEvent {
  return new PbfReader(data).readFields<ReadEvent>(
    (field, event, message) => {
      if (field === 1) event.wallTime = message.readDouble();
      if (field === 2) event.step = message.readVarint();
      if (field === 3) event.version = message.readString();
      if (field === 5) message.readMessage(readSummary, event.values);
    },
    { wallTime: 0, step: 0, values: [] },
  );
}

function readSummary(field: number, values: ReadValue[], message: PbfReader): void {
  if (field === 1) values.push(message.readMessage(readValue, { tag: '', value: Number.NaN }));
}

function readValue(field: number, value: ReadValue, message: PbfReader): void {
  if (field === 1) value.tag = message.readString();
  if (field === 2) value.value = message.readFloat();
  if (field === 9) message.readMessage(readMetadata, value);
}

function readMetadata(field: number, value: ReadValue, message: PbfReader): void {
  if (field === 1)
    message.readMessage((inner: number, _: ReadValue, plugin: PbfReader) => {
      if (inner === 1) value.plugin = plugin.readString();
    }, value);
  if (field === 3) value.description = message.readString();
}
