import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { expect, it } from 'vitest';

import { assemble, KERNELS } from '../../../src/tensor/wasm/kernels/module.js';
import { JOB } from '../../../src/tensor/wasm/kernels/schedule.js';

const PAGE_BYTES = 65_536;
const JOB_ADDRESS = 0;

/** Says whether it knows of every page of a memory that grew until it arrived here; serves the one it does not know. */
const RECEIVE = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ module, memory, growth }) => {
  Atomics.store(growth, 0, 1);
  Atomics.wait(growth, 1, 0);
  const known = memory.buffer.byteLength / ${PAGE_BYTES} >= growth[1];
  parentPort.postMessage(known ? 'known' : 'unknown');
  if (!known) new WebAssembly.Instance(module, { env: { memory } }).exports.serve(${JOB_ADDRESS});
});
`;

/** A memory that grew while it was handed over to a thread, and its pages. */
function handOver(thread: Worker, module: WebAssembly.Module): { memory: WebAssembly.Memory; pages: number } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 2000, shared: true });
  const growth = new Int32Array(new SharedArrayBuffer(8));
  thread.postMessage({ module, memory, growth });
  let pages = 1;
  while (Atomics.load(growth, 0) === 0 || pages < 3) if (pages < 2000) pages = memory.grow(1) + 1;
  Atomics.store(growth, 1, pages);
  Atomics.notify(growth, 1);
  return { memory, pages };
}

/** Memory whose end a thread does not know. V8 forgets to tell it now and then: about one time in a hundred. */
async function untold(thread: Worker, module: WebAssembly.Module) {
  for (let attempt = 0; attempt < 5000; attempt++) {
    const handed = handOver(thread, module);
    const answer: readonly unknown[] = await once(thread, 'message');
    if (answer[0] === 'unknown') return handed;
  }
  return undefined;
}

it('a thread that was not told that the memory has grown does its part of a job there', async ({ skip }) => {
  const module = await assemble();
  const thread = new Worker(RECEIVE, { eval: true });
  const handed = await untold(thread, module);
  if (handed === undefined) return skip('this V8 tells every thread');
  const { memory, pages } = handed;
  const from = (pages - 1) * PAGE_BYTES;
  const values = new Float32Array(memory.buffer, from, 16).fill(7);
  const job = new Int32Array(memory.buffer, JOB_ADDRESS, JOB.bytes / 4);
  job.set([from, from + 1024, 1, 16, 4, 64, 0, 64, 4], JOB.arguments / 4);
  job.set([1, KERNELS.indexOf('pad'), pages], JOB.units / 4);
  const ended = new AbortController();
  thread.once('exit', () => {
    ended.abort();
  });
  // The ticket: one unit to claim.
  Atomics.store(job, 0, 1);
  Atomics.notify(job, 0);
  while (!ended.signal.aborted && Atomics.load(job, JOB.completed / 4) === 0) await new Promise(setImmediate);
  expect(new Float32Array(memory.buffer, from + 1024, 16)).toEqual(values);
  await thread.terminate();
});
