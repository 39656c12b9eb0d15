import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { queueState } from '../../src/sweep/slurm/queue.js';
import { manifestOf, readCsv, resultsOf } from '../e2e/results.js';
import { ganBench, smallest, temporaryFolder } from '../e2e/support.js';
import { isSlurmInstalled, startCluster, type Cluster } from './cluster.js';
import { processOf, wake, wasWarned } from './process.js';

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

async function attempts(run: string): Promise<string[]> {
  return (await manifestOf(run)).attempts.map(({ outcome }) => outcome);
}

describe.skipIf(!isSlurmInstalled())(
  'on a SLURM cluster (skipped where slurmctld, slurmd, munge and slurm-client are not installed)',
  { timeout: 240_000 },
  () => {
    beforeAll(async () => {
      folder = await temporaryFolder();
      cluster = await startCluster();
      vi.stubEnv('SLURM_CONF', cluster.env['SLURM_CONF']);
      const { file, run } = await writeStudy('whole');
      await sweep('submit', file);
      await until(async () => {
        expect((await manifestOf(run)).outcome).toBe('finished');
      });
      whole = await resultsOf(run);
    }, 120_000);
    afterAll(async () => {
      vi.unstubAllEnvs();
      await cluster.stop();
    });

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
      // Held up: the warning takes half a minute, and a run so short would be over by then.
      const pid = await processOf(run);
      process.kill(pid, 'SIGSTOP');
      cluster.ask('scontrol', 'update', `JobId=${job}`, 'TimeLimit=2');
      await until(async () => {
        expect(await wasWarned(pid)).toBe(true);
      });
      cluster.ask('scontrol', 'update', `JobId=${job}`, 'TimeLimit=5');
      wake(pid);
      await finished(run);
      expect(told(job, 'Restarts')).toBe('1');
      expect(await attempts(run)).toEqual(['interrupted', 'finished']);
    });

    it('a cancelled member stays cancelled, with a checkpoint from which the next submission goes on', async () => {
      const { file, directory, run } = await writeStudy('cancelled');
      await sweep('submit', file, '--dry-run');
      // By hand: its number is written down nowhere, and it is found by its name.
      const [script = ''] = (await readdir(path.join(directory, 'slurm', '1'))).filter((name) =>
        name.endsWith('-1.sh'),
      );
      const job = cluster.ask('sbatch', '--parsable', path.join(directory, 'slurm', '1', script));
      await steps(run, 4);
      const pid = await processOf(run);
      process.kill(pid, 'SIGSTOP');
      expect(await queueState({ directory })).toMatchObject(
        new Map([['base/seed-7', { standing: 'running', job: `${job}_0` }]]),
      );
      expect(await sweep('submit', file)).toBe('cancelled: nothing to submit: 1 in the queue\n');

      expect(await sweep('cancel', file)).toBe(
        `cancelled: cancelled 1 running and 0 queued members (jobs ${job})\n`,
      );
      wake(pid);
      await until(() => {
        expect(told(job, 'JobState')).toBe('CANCELLED');
      });
      expect(await attempts(run)).toEqual(['interrupted']);
      expect(await sweep('cancel', file)).toBe(
        'cancelled: nothing to cancel: none of its jobs is in the queue\n',
      );

      await sweep('submit', file);
      await finished(run);
      expect(await attempts(run)).toEqual(['interrupted', 'finished']);
    });

    it('an array of many is split, the summaries come after all, and only what is missing is submitted', async () => {
      const { file, directory } = await writeStudy('many', {
        base: { ...study.base, ...smallest, backend: 'wasm' },
        // The second one fails at once.
        cases: [{ name: 'tame' }, { name: 'wild', optimizer: { learningRate: 1e30 }, epochs: 3 }],
        ...{ seeds: [1, 2, 3], retries: 0, slurm: { extra: { hold: true }, maxParallel: 2 } },
      });
      const printed = await sweep('submit', file);
      const [, first = '', second = ''] = /6 members submitted as jobs (\d+), (\d+)/.exec(printed) ?? [];
      const [, summaries = ''] = /summaries: +job (\d+)/.exec(printed) ?? [];
      const queue = await queueState({ directory });
      expect([...queue.values()].map(({ job }) => job).sort()).toEqual(
        [0, 1, 2, 3].map((task) => `${first}_${task}`).concat(`${second}_0`, `${second}_1`),
      );
      expect(queue.get('wild/seed-3')).toMatchObject({ standing: 'queued', reason: 'JobHeldUser' });
      expect(await sweep('submit', file)).toBe('many: nothing to submit: 6 in the queue\n');

      // Fewer processors than members: the summaries would come too early if they waited for nothing.
      cluster.ask('scontrol', 'release', first, second, summaries);
      await until(() => {
        expect(told(summaries, 'JobState')).toBe('COMPLETED');
      }, 100);
      const rows = await readCsv(path.join(directory, 'tame', 'summary.csv'));
      expect(rows.map(({ seed, outcome }) => `${seed} ${outcome}`).slice(0, 3)).toEqual(
        [1, 2, 3].map((seed) => `${seed} finished`),
      );
      expect(await sweep('submit', file)).toBe('many: nothing to submit: 3 finished, 3 given up\n');

      await rm(path.join(directory, 'tame', 'seed-2'), { recursive: true });
      expect(await sweep('submit', file)).toContain('many: 1 member submitted as job ');
      expect([...(await queueState({ directory })).keys()]).toEqual(['tame/seed-2']);
      await sweep('cancel', file);
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
