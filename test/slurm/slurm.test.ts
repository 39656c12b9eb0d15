import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { lockHolder } from '../../src/record/lock.js';
import { manifestOf, readCsv, resultsOf } from '../e2e/results.js';
import { ganBench, temporaryFolder } from '../e2e/support.js';
import { isSlurmInstalled, startCluster, type Cluster } from './cluster.js';

/** Thirty-six steps in three epochs: long enough to be met while it runs. */
const study = {
  base: {
    model: 'resnet20',
    dataset: { name: 'cifar100-mini', trainSamples: 36, testSamples: 4 },
    ...{ optimizer: 'gan', schedule: { warmupEpochs: 1, decay: 'constant' }, log: { everySteps: 1 } },
    ...{ epochs: 3, batchSize: 3, evalBatchSize: 4, backend: 'wasm', checkpoint: { keep: 1 } },
  },
  seeds: [7],
};

let folder: string;
let cluster: Cluster;
let whole: Record<string, string>;

/** Runs `gan-bench sweep …` where the cluster is. */
async function sweep(...args: readonly string[]): Promise<string> {
  const ended = await ganBench(['sweep', ...args], { env: cluster.env });
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  return ended.stdout;
}

interface Study {
  readonly file: string;
  /** Of the sweep. */
  readonly directory: string;
  /** Of its run with seed 7. */
  readonly run: string;
}

async function writeStudy(name: string, changes: object = {}): Promise<Study> {
  const file = path.join(folder, `${name}.json`);
  await writeFile(file, JSON.stringify({ ...study, output: folder, ...changes }));
  const directory = path.join(folder, name);
  return { file, directory, run: path.join(directory, 'base', 'seed-7') };
}

/** Polls until the check holds. */
async function until(check: () => unknown, seconds = 60): Promise<void> {
  await vi.waitFor(check, { timeout: seconds * 1000, interval: 200 });
}

/** One of what `scontrol show job` says of a job. */
function told(job: string, key: string): string | undefined {
  return new RegExp(`\\b${key}=(\\S*)`).exec(cluster.ask('scontrol', 'show', 'job', job))?.[1];
}

/** The number of the only job in what submit printed. */
function jobOf(printed: string): string {
  const [, job] = /submitted as job (\d+)/.exec(printed) ?? [];
  if (job === undefined) throw new Error(`no job in:\n${printed}`);
  return `${job}_0`;
}

/** Waits until a run has so many steps behind it. */
async function steps(run: string, rows: number): Promise<void> {
  await until(async () => {
    expect((await readCsv(path.join(run, 'steps.csv'))).length).toBeGreaterThanOrEqual(rows);
  });
}

/** Waits until a run is done, and looks whether it has the bytes of one that nobody stopped. */
async function finished(run: string): Promise<void> {
  await until(async () => {
    expect((await manifestOf(run)).outcome).toBe('finished');
  }, 90);
  expect(await resultsOf(run)).toEqual(whole);
}

async function processOf(run: string): Promise<number> {
  const holder = await lockHolder(run);
  if (holder === undefined) throw new Error(`nobody holds ${run}`);
  return holder.pid;
}

async function attempts(run: string): Promise<string[]> {
  return (await manifestOf(run)).attempts.map(({ outcome }) => outcome);
}

describe.skipIf(!isSlurmInstalled())(
  'on a SLURM cluster (skipped where slurmctld, slurmd, munge and slurm-client are not installed)',
  { timeout: 120_000 },
  () => {
    beforeAll(async () => {
      folder = await temporaryFolder();
      cluster = await startCluster();
      const { file, run } = await writeStudy('whole');
      await sweep('submit', file);
      await until(async () => {
        expect((await manifestOf(run)).outcome).toBe('finished');
      });
      whole = await resultsOf(run);
    }, 120_000);
    afterAll(() => cluster.stop());

    it('a member that is warned saves a checkpoint, requeues itself once and goes on with the same bytes', async () => {
      const { file, run } = await writeStudy('warned');
      const job = jobOf(await sweep('submit', file));
      await steps(run, 4);
      cluster.ask('scancel', '--signal=USR2', '--batch', job);
      await finished(run);
      expect(told(job, 'Restarts')).toBe('1');
      expect(await attempts(run)).toEqual(['interrupted', 'finished']);
    });

    it('a member that is preempted makes way, and goes on where there is room', async () => {
      const { file, run } = await writeStudy('preempted', { slurm: { partition: 'low' } });
      const job = jobOf(await sweep('submit', file));
      await steps(run, 4);
      const node = told(job, 'BatchHost') ?? '';
      const place = [`--nodelist=${node}`, '--partition=high', '--output=/dev/null', '--wrap=true'];
      const rival = cluster.ask('sbatch', '--parsable', ...place);
      await until(() => {
        expect(told(rival, 'JobState')).toBe('COMPLETED');
      });
      await finished(run);
      expect(told(job, 'Restarts')).toBe('1');
      expect(await attempts(run)).toEqual(['interrupted', 'finished']);
    });

    it('a member whose time limit nears requeues itself', async () => {
      const { file, run } = await writeStudy('limit', { slurm: { time: '5' } });
      const job = jobOf(await sweep('submit', file));
      await steps(run, 2);
      // Held up, so that it needs no more steps than the others to be met by a warning that takes half a minute.
      const pid = await processOf(run);
      process.kill(pid, 'SIGSTOP');
      cluster.ask('scontrol', 'update', `JobId=${job}`, 'TimeLimit=2');
      await until(async () => {
        expect(await isPending(pid, 'SIGUSR2')).toBe(true);
      });
      cluster.ask('scontrol', 'update', `JobId=${job}`, 'TimeLimit=5');
      process.kill(pid, 'SIGCONT');
      await finished(run);
      expect(told(job, 'Restarts')).toBe('1');
      expect(await attempts(run)).toEqual(['interrupted', 'finished']);
    });

    it('a member whose node dies goes on on another one', async () => {
      const { file, run } = await writeStudy('node');
      const job = jobOf(await sweep('submit', file));
      await steps(run, 14);
      const node = told(job, 'BatchHost') ?? '';
      const pid = await processOf(run);
      const watcher = Number((await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[1]);
      const daemon = Number(
        await readFile(path.join(path.dirname(cluster.env['SLURM_CONF'] ?? ''), `${node}.pid`), 'utf8'),
      );
      for (const each of [daemon, watcher, pid]) process.kill(each, 'SIGKILL');
      // What the controller would find by itself, after minutes.
      cluster.ask('scontrol', 'update', `NodeName=${node}`, 'State=DOWN', 'Reason=died');
      await finished(run);
      expect(told(job, 'BatchHost')).not.toBe(node);
      expect(await attempts(run)).toEqual(['killed', 'finished']);
    });
  },
);

/** Whether a signal waits for a process that is stopped. */
async function isPending(pid: number, name: 'SIGUSR2'): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const masks = [...status.matchAll(/^(?:SigPnd|ShdPnd):\t([\da-f]+)$/gm)].map(([, mask]) =>
    BigInt(`0x${mask}`),
  );
  const bit = 1n << BigInt(os.constants.signals[name] - 1);
  return masks.some((mask) => (mask & bit) !== 0n);
}
