import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lockRunDirectory } from '../../src/record/lock.js';
import { currentSlurmJob, hasEnded, type SlurmJob } from '../../src/record/slurm-job.js';
import { temporaryFolder } from './helpers.js';
import { locksIn, writeLock } from './locks.js';

const job: SlurmJob = { id: '7', restarts: 0, cluster: 'alps', user: process.getuid?.() ?? 0 };

/** Puts commands on the path that answer as those of SLURM 22.05 do. */
async function scheduler(squeue: string, cluster = 'alps'): Promise<void> {
  const folder = await temporaryFolder();
  const commands = {
    squeue,
    scontrol: `echo 'SlurmUser = slurm'; echo 'ClusterName             = ${cluster}'`,
  };
  for (const [name, script] of Object.entries(commands)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH'] ?? ''}`);
}

const unknownJob = "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1";

/** What `squeue -O JobID:20,State:20,RestartCnt:20` prints. */
function answer(...jobs: readonly (readonly [id: string, state: string, restarts: number])[]): string {
  return jobs
    .map(
      ([id, state, restarts]) => `echo '${id.padEnd(20)}${state.padEnd(20)}${String(restarts).padEnd(20)}'`,
    )
    .join('; ');
}

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('SLURM')) vi.stubEnv(name, undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.skipIf(process.platform === 'win32')('a SLURM job', () => {
  it.each([
    ['runs', answer(['7', 'RUNNING', 0]), false],
    ['is being ended', answer(['7', 'COMPLETING', 0]), false],
    ['is in a state of a later version', answer(['7', 'DREAMING', 0]), false],
    ['waits to be started again', answer(['7', 'PENDING', 1]), true],
    ['was started again', answer(['7', 'RUNNING', 1]), true],
    ['was cancelled', answer(['7', 'CANCELLED', 0]), true],
    ['lost its node', answer(['7', 'NODE_FAIL', 0]), true],
    ['is known no more', unknownJob, true],
    ['was the last of an array that runs', answer(['5', 'RUNNING', 0], ['6', 'RUNNING', 0]), true],
    ['is the last of an array, and runs', answer(['6', 'PENDING', 0], ['7', 'RUNNING', 0]), false],
    ['cannot be asked after', "echo 'Unable to contact slurm controller' >&2; exit 1", false],
  ])('that %s', async (_, squeue, expected) => {
    await scheduler(squeue);
    expect(await hasEnded(job)).toBe(expected);
  });

  it('of another cluster or another user is not judged', async () => {
    await scheduler(unknownJob, 'andes');
    expect(await hasEnded(job)).toBe(false);
    await scheduler(unknownJob);
    expect(await hasEnded({ ...job, user: job.user + 1 })).toBe(false);
  });

  it('is not judged where there is no scheduler', async () => {
    vi.stubEnv('PATH', await temporaryFolder());
    expect(await hasEnded(job)).toBe(false);
  });

  it('is over when this process is of a later start of it', async () => {
    vi.stubEnv('PATH', await temporaryFolder());
    const start = { SLURMD_NODENAME: 'node1', SLURM_JOB_ID: '7', SLURM_CLUSTER_NAME: 'alps' };
    for (const [name, value] of Object.entries(start)) vi.stubEnv(name, value);
    expect(currentSlurmJob()).toEqual(job);
    expect(await hasEnded(job)).toBe(false);
    vi.stubEnv('SLURM_RESTART_COUNT', '1');
    expect(currentSlurmJob()).toEqual({ ...job, restarts: 1 });
    expect(await hasEnded(job)).toBe(true);
    expect(await hasEnded({ ...job, id: '8' })).toBe(false);
  });

  it('has not started a process of a shell that only has its number', () => {
    expect(currentSlurmJob({ SLURM_JOB_ID: '7', SLURM_CLUSTER_NAME: 'alps' })).toBeUndefined();
  });

  it('gives its folder free when it is over, without any waiting', async () => {
    const folder = await temporaryFolder();
    await writeLock(folder, 1, { host: 'node7', place: 'another-boot:pid:[1]', slurm: job });
    await scheduler(answer(['7', 'PENDING', 0]));
    const lock = await lockRunDirectory(folder);
    expect(await locksIn(folder)).toEqual(['run.lock.2']);
    await lock.release();
  });
});
