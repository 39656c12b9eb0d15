import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { createInterface } from 'node:readline';

import { z } from 'zod';

import { hugePageBytes, pageFaults } from '../../src/bench/pages.js';
import { ownCpuMilliseconds } from '../../src/support/machine-load.js';

/** A contender's first line: it is built, and waits. */
export const readySchema = z.strictObject({
  /** Its library with version, and what it computes on. */
  ready: z.string(),
});

/** Its answer to `steps N`. */
export const turnSchema = z.strictObject({
  /** Wall-clock time of each step. */
  milliseconds: z.array(z.number().positive()),
  /** Processor time of the process so far, all threads, in milliseconds: when the turn began and when it ended. */
  cpuBefore: z.number(),
  cpuAfter: z.number(),
  /** The most memory it has held so far. */
  peakRssBytes: z.int(),
  /** Pages that the system had to provide in the turn. */
  pageFaults: z.int().min(0),
  /** Anonymous memory in huge pages at its end; null where the system does not tell. */
  hugePageBytes: z.int().nullable(),
});

export type Turn = z.output<typeof turnSchema>;

/** The child's side: runs steps when it is told to, until standard input ends. */
export async function serve(ready: string, step: () => Promise<void>): Promise<void> {
  say({ ready } satisfies z.input<typeof readySchema>);
  for await (const line of createInterface({ input: process.stdin })) {
    const count = /^steps (\d+)$/.exec(line)?.[1];
    if (count === undefined) throw new Error(`expected "steps N", not ${JSON.stringify(line)}`);
    say((await takeTurn(Number(count), step)) satisfies z.input<typeof turnSchema>);
  }
}

async function takeTurn(steps: number, step: () => Promise<void>): Promise<Turn> {
  const cpuBefore = ownCpuMilliseconds();
  const faultsBefore = pageFaults();
  const milliseconds: number[] = [];
  for (let index = 0; index < steps; index++) {
    const startedAt = performance.now();
    await step();
    milliseconds.push(performance.now() - startedAt);
  }
  const peakRssBytes = process.resourceUsage().maxRSS * 1024;
  const pages = { pageFaults: pageFaults() - faultsBefore, hugePageBytes: hugePageBytes() ?? null };
  return { milliseconds, cpuBefore, cpuAfter: ownCpuMilliseconds(), peakRssBytes, ...pages };
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
