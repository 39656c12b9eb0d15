import { existsSync } from 'node:fs';

import { expect, it } from 'vitest';

import { hugePageBytes, pageFaults } from '../../src/bench/pages.js';

it('pages that are touched for the first time are counted', () => {
  const before = pageFaults();
  // 16 MiB: at least 8 pages, be they huge ones.
  new Uint8Array(2 ** 24).fill(1);
  expect(pageFaults() - before).toBeGreaterThanOrEqual(8);
});

it.skipIf(!existsSync('/proc/self/smaps_rollup'))('memory in huge pages is told in bytes', () => {
  expect((hugePageBytes() ?? NaN) % 4096).toBe(0);
});
