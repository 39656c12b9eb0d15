import { createHash } from 'node:crypto';

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of uniform numbers in [0, 1) that depends on nothing but its name: SHA-256 of it seeds xoroshiro128+. */
export function namedStream(name: string): () => number {
  const digest = createHash('sha256').update(name).digest();
  const words = [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset));
  const generator = xoroshiro128plusFromState(words);
  return () => uniformFloat64(generator);
}
