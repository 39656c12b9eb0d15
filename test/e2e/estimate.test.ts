import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { estimateReportSchema } from '../../src/cli/estimate-report.js';
import { ganBench, stackTrace, temporaryFolder, writeConfig } from './support.js';

const small = ['--backend', 'wasm'];

describe('gan-bench estimate', () => {
  it('reckons from the steps of each kind in a sweep, and from what is left of it', async () => {
    const folder = await temporaryFolder();
    await writeConfig(folder);
    const file = path.join(folder, 'study.json');
    const sweep = {
      base: { extends: 'tiny.json' },
      grid: { 'optimizer.learningRate': [1e-3, 2e-3], epochs: [1, 2] },
      ...{ seeds: [1, 2], output: folder, workers: { count: 2, threads: 1 } },
    };
    await writeFile(file, JSON.stringify(sweep));
    const { code, stdout, stderr } = await ganBench(['estimate', file, '--json', ...small]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { rows, runs, whole, warnings } = estimateReportSchema.parse(JSON.parse(stdout));
    expect({ runs, warnings }).toEqual({ runs: 8, warnings: [] });
    // Ten steps an epoch, the longest first; the learning rate makes no difference.
    expect(rows.map(({ steps, names }) => [steps, names.length])).toEqual([
      [20, 4],
      [10, 4],
    ]);
    expect(rows[0]?.measured).toEqual(rows[1]?.measured);
    expect(whole).toMatchObject({ workers: 2, threads: 1 });
    const seconds = rows.map((row) => row.seconds.expected);
    expect(whole.seconds.expected).toBeCloseTo(2 * ((seconds[0] ?? 0) + (seconds[1] ?? 0)), 6);
    expect(whole.memoryBytes).toBe(2 * whole.workerMemoryBytes);

    const only = ['--only', 'seed=1', '--only', 'epochs=2'];
    const plan = await ganBench(['sweep', file, '--dry-run', ...only, ...small]);
    expect(plan).toMatchObject({ code: 0, stderr: '' });
    expect(plan.stdout).toMatch(/; nothing was started\n\nestimate for 2 runs, cifar100-mini, float32\n/);
    expect(plan.stdout).toMatch(/^resnet20 3 gan \+ adamw +2 +20 /m);
  });

  it('takes the seeds of a configuration in turn, and prints a table', async () => {
    const folder = await temporaryFolder();
    const file = await writeConfig(folder, { seeds: [1, 2, 3], output: folder });
    const { code, stdout, stderr } = await ganBench(['estimate', file, ...small]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^estimate for 3 runs, cifar100-mini, float32\n/);
    expect(stdout).toMatch(/^resnet20 3 gan \+ adamw +3 +30 +\d/m);
    expect(stdout).toMatch(/^time .*, 1 worker$/m);
  });

  it.each([
    [{ epochs: 0 }, 2, /tiny\.json:.*epochs: found 0; allowed: /],
    [{ precision: 'bfloat16' }, 2, /^error: .*\n.*precision: /],
  ])('answers a wrong configuration as run does: %j', async (changes, status, message) => {
    const file = await writeConfig(await temporaryFolder(), changes);
    const { code, stdout, stderr } = await ganBench(['estimate', file, ...small]);
    expect({ code, stdout }).toEqual({ code: status, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(stackTrace);
  });

  it('ends as the process that measures ends', async () => {
    const file = await writeConfig(await temporaryFolder(), { precision: 'bfloat16' });
    const env = { GAN_BENCH_KERNELS: 'off' };
    const { code, stdout, stderr } = await ganBench(['estimate', file, '--json'], { env });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'engine' } });
    expect(stderr).toMatch(/^error: /);
  });

  it.each([
    [['--workers', '0'], '--workers: found "0"; allowed: a number from 1 on, such as 2, or '],
    [['--workers', '2x'], '--workers: found "2x"; allowed: '],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await ganBench(['estimate', 'x.json', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
