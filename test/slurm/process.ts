import { readFile } from 'node:fs/promises';
import os from 'node:os';

import { lockHolder } from '../../src/record/lock.js';

/** The number of the process that trains a run. */
export async function processOf(run: string): Promise<number> {
  const holder = await lockHolder(run);
  if (holder === undefined) throw new Error(`nobody holds ${run}`);
  return holder.pid;
}

/** Whether SIGUSR2 waits for a process that is stopped, or has been its end: SLURM may wake what it warns. */
export async function wasWarned(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
  if (status === undefined) return true;
  const masks = [...status.matchAll(/^(?:SigPnd|ShdPnd):\t([\da-f]+)$/gm)].map(([, mask]) =>
    BigInt(`0x${mask}`),
  );
  const bit = 1n << BigInt(os.constants.signals.SIGUSR2 - 1);
  return masks.some((mask) => (mask & bit) !== 0n);
}

/** Lets a process that was stopped go on. */
export function wake(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It is gone.
  }
}
