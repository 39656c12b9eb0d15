import { execFile, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

import { typescriptArguments } from '../../support/typescript-child.js';

const run = promisify(execFile);
const CHILD = [...typescriptArguments, new URL('starts-child.ts', import.meta.url).pathname];

/** Processes that want every processor, as long as the work takes. */
async function underLoad<T>(work: () => Promise<T>): Promise<T> {
  const others = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  try {
    return await work();
  } finally {
    for (const other of others) other.kill('SIGKILL');
  }
}

it(
  'the threads of wasm start 50 times on a busy machine, and every job is done',
  { timeout: 240_000 },
  async () => {
    await underLoad(async () => {
      for (let half = 0; half < 2; half++) {
        // Whoever waits for ever is ended, and the test fails.
        const { stdout } = await run(process.execPath, [...CHILD, '25'], {
          timeout: 110_000,
          killSignal: 'SIGKILL',
        });
        expect(stdout).toBe('10000\n');
      }
    });
  },
);
