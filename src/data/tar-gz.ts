import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Parser } from 'tar';

const BLOCK = 512;
/** Bytes that one packed byte may become, once there are so many that it matters; images hardly shrink at all. */
const RATIO_LIMIT = 100;
const RATIO_FROM = 1024 * 1024;

/** An archive that is whole but not acceptable. */
export class TarRefusal extends Error {}

/**
 * Gives a parser what a .tar.gz file unpacks to, up to the two empty blocks that end an archive. Nothing after them is
 * unpacked: the parser would collect it all, which takes time that grows with its square.
 *
 * @param limit bytes that the archive may unpack to
 * @throws {TarRefusal} when it unpacks to more, or shrank so much that it is made to fill disks
 * @throws what the parser emits as `error`, or the system's or zlib's error
 */
export async function parseTarGz(path: string, parser: Parser, limit: number): Promise<void> {
  let ended = false;
  const failures: unknown[] = [];
  parser.on('eof', () => (ended = true));
  parser.on('error', (error: Error) => failures.push(error));
  const gunzip = createGunzip();
  const feed = async (source: AsyncIterable<Buffer>): Promise<void> => {
    let unpacked = 0;
    for await (const blocks of wholeBlocks(source)) {
      if (unpacked === 0) refuseSecondGzip(blocks);
      unpacked += blocks.length;
      refuseBomb(unpacked, gunzip.bytesWritten, limit);
      const wantsMore = parser.write(blocks);
      if (ended || failures.length > 0) break;
      if (!wantsMore) await once(parser, 'drain');
    }
    parser.end();
  };
  const consume = (source: AsyncIterable<Buffer>): Promise<void> =>
    feed(source).catch((error: unknown) => void failures.push(error));
  // The first failure is the reason: what a pipeline says that is left early is only that it was left.
  await pipeline(createReadStream(path), gunzip, consume).catch((error: unknown) => {
    if (!ended) failures.push(error);
  });
  if (failures.length > 0) throw failures[0];
}

/** The same bytes cut where blocks end, but for the last ones, so that the parser sees the first block in one piece. */
async function* wholeBlocks(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of source) {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % BLOCK);
    if (whole > 0) yield bytes.subarray(0, whole);
    rest = bytes.subarray(whole);
  }
  if (rest.length > 0) yield rest;
}

/** The parser would unpack it by itself, without these limits. */
function refuseSecondGzip(start: Buffer): void {
  if (start[0] === 0x1f && start[1] === 0x8b) throw new TarRefusal('it is compressed twice');
}

function refuseBomb(unpacked: number, packed: number, limit: number): void {
  if (unpacked > limit) throw new TarRefusal(`it unpacks to more than the ${limit} bytes expected`);
  if (unpacked > RATIO_FROM && unpacked > RATIO_LIMIT * packed)
    throw new TarRefusal(`its first ${packed} bytes unpack to ${unpacked}, more than ${RATIO_LIMIT} times as many`);
}
