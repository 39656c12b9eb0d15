import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

import { packageFolder } from '../../src/support/package.js';
import { runDirectory, runPaths } from '../../src/record/directory.js';
import { memoryOf, type ProcessMemory } from '../support/process-memory.js';

/** What was seen of a run from outside when an epoch's row appeared in metrics.csv. */
export interface EpochMark extends ProcessMemory {
  /** 1-based. */
  readonly epoch: number;
  /** Steps since the start of the run. */
  readonly step: number;
  readonly atMilliseconds: number;
}

const NAME = 'observed';
const SEED = 42;

/**
 * Runs `gan-bench run` in a process of its own, as users do, and notes when each epoch ends. Linux only.
 *
 * @param config keys of the configuration; name, seed and output are set here
 */
export async function observeRun(config: object, dataFolder: string): Promise<EpochMark[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-observed-'));
  const directory = runDirectory(folder, NAME, SEED);
  const file = path.join(folder, 'config.json');
  await writeFile(file, JSON.stringify({ ...config, name: NAME, seeds: [SEED] }));
  await mkdir(directory, { recursive: true });
  const program = path.join(packageFolder(), 'bin', 'gan-bench.js');
  const args = ['run', file, '--out', folder, '--data-dir', dataFolder, '--offline'];
  try {
    return await watchEpochs(runPaths(directory).metrics, [program, ...args]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function watchEpochs(metrics: string, args: readonly string[]): Promise<EpochMark[]> {
  const marks: EpochMark[] = [];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const look = async (): Promise<void> => {
    const atMilliseconds = performance.now();
    if (child.pid === undefined) return;
    const [epoch, step] = await lastRow(metrics);
    if (epoch > (marks.at(-1)?.epoch ?? 0))
      marks.push({ epoch, step, atMilliseconds, ...(await memoryOf(child.pid)) });
  };
  // One look after the other, so that no row is counted twice.
  let looks = Promise.resolve();
  const watcher = watch(path.dirname(metrics), (_, name) => {
    if (name === path.basename(metrics)) looks = looks.then(look);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => {
    watcher.close();
  });
  await looks;
  if (code !== 0) throw new Error(`gan-bench ${args.slice(1).join(' ')} failed:\n${said}`);
  return marks;
}

/** Epoch and step of the last whole row; zeros before there is one. */
async function lastRow(metrics: string): Promise<readonly [epoch: number, step: number]> {
  const text = await readFile(metrics, 'utf8').catch(() => '');
  const row = text.split('\n').slice(1, -1).at(-1);
  const [epoch = 0, step = 0] = row?.split(',').map(Number) ?? [];
  return [epoch, step];
}
