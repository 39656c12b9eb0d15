import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';

import { packageFolder } from '../../src/support/package.js';

/** What a disturbance takes half of the time: memory bandwidth, the last-level cache, or no more than a core. All take that core. */
export const DISTURBANCES = ['bandwidth', 'cache', 'core'] as const;
export type Disturbance = (typeof DISTURBANCES)[number];

/** Starts it, waits until it is at work, does something meanwhile, and ends it. */
export async function whileDisturbed<T>(kind: Disturbance | undefined, work: () => Promise<T>): Promise<T> {
  if (kind === undefined) return await work();
  const script = path.join(packageFolder(), 'dist', 'scripts', 'bench-peers', 'disturb.js');
  const child = spawn(process.execPath, [script, kind], { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  try {
    const first = await Promise.race([once(child.stdout, 'data'), closed.then(() => undefined)]);
    if (first === undefined) throw new Error(`the disturbance of ${kind} ended before it began`);
    return await work();
  } finally {
    child.stdin.end();
    await closed;
  }
}
