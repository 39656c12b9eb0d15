import { PbfWriter } from 'pbf';

import type { EpochScalars, Scalar } from '../../analysis/scalars.js';
import { maskedChecksum, recordOf } from './records.js';

/** The version of the format; every file begins with it. */
const FILE_VERSION = 'brain.Event:2';

/** The part of TensorBoard that shows them. */
const SCALARS = 'scalars';

/** What a tag is, in words; TensorBoard shows them beside the curve. */
export type Describe = (tag: string) => string | undefined;

/**
 * An event file that TensorBoard reads: an event for each epoch, at the step of that number. Values are rounded to single
 * precision, the format has no other. The same numbers give the same bytes, and those of a run that went on begin with
 * the bytes that they had before.
 */
export async function eventFile(epochs: readonly EpochScalars[], describe: Describe): Promise<Uint8Array> {
  const checksum = await maskedChecksum();
  const writeValue = valueWriter(describe);
  const writeSummary = (scalars: readonly Scalar[], summary: PbfWriter): void => {
    for (const scalar of scalars) summary.writeMessage(1, writeValue, scalar);
  };
  const events = epochs.map(({ wallTime, epoch, scalars }) => {
    const event = new PbfWriter();
    event.writeDoubleField(1, wallTime);
    event.writeVarintField(2, epoch);
    event.writeMessage(5, writeSummary, scalars);
    return event.finish();
  });
  const start = versionEvent(epochs[0]?.wallTime ?? 0);
  return Buffer.concat([start, ...events].map((event) => recordOf(event, checksum)));
}

// The numbers of the fields are those of TensorFlow's event.proto and summary.proto.

function versionEvent(wallTime: number): Uint8Array {
  const event = new PbfWriter();
  event.writeDoubleField(1, wallTime);
  writeText(event, 3, FILE_VERSION);
  return event.finish();
}

/** What is said of a tag comes with its first value, as TensorBoard expects it. */
function valueWriter(describe: Describe): (scalar: Scalar, message: PbfWriter) => void {
  const begun = new Set<string>();
  return ({ tag, value }, message) => {
    writeText(message, 1, tag);
    message.writeFloatField(2, value);
    if (begun.has(tag)) return;
    begun.add(tag);
    message.writeMessage(9, writeMetadata, describe(tag) ?? '');
  };
}

function writeMetadata(description: string, metadata: PbfWriter): void {
  metadata.writeMessage(1, writePlugin, SCALARS);
  writeText(metadata, 3, description);
}

function writePlugin(name: string, plugin: PbfWriter): void {
  writeText(plugin, 1, name);
}

/** Not the package's own way, which writes wrong bytes for characters above U+1FFFF. */
function writeText(message: PbfWriter, field: number, text: string): void {
  message.writeBytesField(field, Buffer.from(text));
}
