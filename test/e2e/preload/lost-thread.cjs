const process = require('node:process');
const { workerData } = require('node:worker_threads');

// Each thread that would compute for wasm claims one unit of the first job it can, and is lost with it: it ends
// (LOST_THREAD=exit), traps as a kernel does that reads beyond the memory (trap), or never comes back (stuck).
if (workerData?.module !== undefined) {
  globalThis.WebAssembly.Instance = class {
    exports = { serve };
  };
}

/** @param {number} job */
function serve(job) {
  const ticket = new BigInt64Array(workerData.memory.buffer, job, 1);
  for (;;) {
    const found = Atomics.load(ticket, 0);
    if ((found & 0xffffffffn) === 0n) Atomics.wait(ticket, 0, found);
    else if (Atomics.compareExchange(ticket, 0, found, found - 1n) === found) break;
  }
  switch (process.env['LOST_THREAD']) {
    case 'exit':
      return process.exit(3);
    case 'trap':
      throw new Error('memory access out of bounds');
    default:
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
}
