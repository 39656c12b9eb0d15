import assert from 'node:assert/strict';
import process from 'node:process';

import { assemble } from '../../../src/tensor/wasm/kernels/module.js';
import { Threads } from '../../../src/tensor/wasm/threads.js';

/*
 * Starts the threads of wasm so many times, each time on a memory of its own, and gives them jobs meanwhile on memory
 * that grows: what a run does in its first step. Says how many jobs came out right.
 */

const [IMAGES, FLOATS, JOBS] = [8, 16, 400] as const;
const PAGE_BYTES = 65_536;

const module = await assemble();
let right = 0;
for (let start = 0; start < Number(process.argv[2]); start++) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  const threads = new Threads({ module, memory, job: 0 }, 2);
  for (let job = 0; job < JOBS; job++) {
    const from = memory.grow(1) * PAGE_BYTES;
    const to = from + PAGE_BYTES / 2;
    const values = new Float32Array(memory.buffer, from, IMAGES * FLOATS).fill(job + 1);
    // The kernel `pad`, without a border: it copies.
    threads.run(0, IMAGES, [from, to, 1, FLOATS, 4, 4 * FLOATS, 0, 4 * FLOATS, 4]);
    assert.deepEqual(new Float32Array(memory.buffer, to, IMAGES * FLOATS), values);
    right++;
  }
}
process.stdout.write(`${right}\n`);
