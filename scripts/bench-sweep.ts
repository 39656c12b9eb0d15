import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { RunConfigSchema } from '../src/config/index.js';
import { runDirectory, runPaths } from '../src/record/directory.js';
import { toJsonText } from '../src/record/files.js';
import { SweepFileSchema } from '../src/sweep/definition.js';
import { triesWith } from '../src/sweep/queue.js';
import { runSweep } from '../src/sweep/run-sweep.js';
import { memberStates } from '../src/sweep/state.js';
import type { Member, Sweep } from '../src/sweep/sweep.js';
import type { StartWorker } from '../src/sweep/worker.js';

/*
 * What a sweep costs beside the training: how long its parent takes for a member, and what memory it has, over sweeps of
 * 100 and 1000 members whose workers do nothing but leave the folder of a finished run.
 */

const FINISHED = 'results/reference/resnet20-5-epochs/resnet20-gan/seed-42';
const SEEDS = 5;
const share = { processors: undefined, threads: 1, gpu: undefined };

function membersOf(directory: string, count: number): Member[] {
  return Array.from({ length: count }, (_, index) => {
    const [name, seed] = [`member${Math.floor(index / SEEDS)}`, index % SEEDS];
    const config = RunConfigSchema.parse({
      name,
      model: 'resnet20',
      seeds: [seed],
      output: directory,
      epochs: 5,
    });
    return { name, seed, config, directory: runDirectory(directory, name, seed), settings: [] };
  });
}

/** As if the member had been trained. */
const startAtOnce: StartWorker = ({ member }) => {
  const leave = async (): Promise<{ outcome: 'finished' }> => {
    await mkdir(member.directory, { recursive: true });
    await cp(FINISHED, member.directory, { recursive: true });
    await writeFile(runPaths(member.directory).config, toJsonText(member.config));
    return { outcome: 'finished' };
  };
  return { ended: leave(), stop: () => undefined, kill: () => undefined };
};

/** Runs a sweep of so many members. @returns milliseconds a member, and MB of memory after each tenth of them */
async function measure(count: number) {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-sweep-'));
  try {
    const definition = SweepFileSchema.parse({ base: {} });
    const members = membersOf(directory, count);
    const sweep: Sweep = { file: 'none', name: 'bench', directory, definition, members };
    const { signal } = new AbortController();
    const states = await memberStates(sweep);
    const memory: number[] = [];
    const started = performance.now();
    let finished = 0;
    for await (const { type } of runSweep({
      ...{ sweep, file: 'none', states, triesFor: triesWith(0), costOf: () => 1, start: startAtOnce },
      ...{ shares: [share, share], args: [], failFast: false, signal, killSignal: signal },
    })) {
      if (type !== 'member-finished' || ++finished % (count / 10) !== 0) continue;
      memory.push(Math.round(process.memoryUsage.rss() / 1e6));
    }
    if (finished !== count) throw new Error(`${finished} of ${count} members finished`);
    return { members: count, millisecondsPerMember: (performance.now() - started) / count, memory };
  } finally {
    await rm(directory, { recursive: true });
  }
}

for (const count of [100, 1000]) {
  const { members, millisecondsPerMember, memory } = await measure(count);
  console.log(
    `${members} members: ${millisecondsPerMember.toFixed(1)} ms each; MB of memory: ${memory.join(' ')}`,
  );
}
