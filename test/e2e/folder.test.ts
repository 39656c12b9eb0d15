import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { parseState, stateText } from '../../src/train/checkpoint-state.js';
import { checkpointsOf, inventory, manifestOf, readCsv } from './results.js';
import { ganBench, preload, smallest, stackTrace, start, temporaryFolder, writeConfig } from './support.js';
import { stepsLogged } from './watching.js';

let folder: string;
let config: string;
let out: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  config = await writeConfig(folder, smallest);
  out = path.join(folder, 'results');
});

function command(...more: readonly string[]): string[] {
  return ['run', config, '--backend', 'wasm', '--offline', '--out', out, ...more];
}

const seedFolder = (seed: number): string => path.join(out, 'tiny', `seed-${seed}`);

describe('a folder with a finished run', { timeout: 120_000 }, () => {
  it('is not started over: exit status 2, and nothing changes', async () => {
    expect(await ganBench(command())).toMatchObject({ code: 0 });
    const before = await inventory(out);
    const { code, stderr } = await ganBench(command());
    expect(code).toBe(2);
    expect(stderr).toContain(`error: ${seedFolder(7)}: a run is there already. Add --resume to continue it`);
    expect(stderr).not.toMatch(stackTrace);
    expect(await inventory(out)).toEqual(before);
  });

  it('is left alone by --resume', async () => {
    expect(await ganBench(command())).toMatchObject({ code: 0 });
    const before = await inventory(seedFolder(7));
    const { code, stderr } = await ganBench(command('--resume'));
    expect(code).toBe(0);
    expect(stderr).toContain(`seed 7: already finished, ${seedFolder(7)}`);
    expect(await inventory(seedFolder(7))).toEqual(before);
  });

  it('is not resumed with another configuration: exit status 2, the keys are named', async () => {
    expect(await ganBench(command())).toMatchObject({ code: 0 });
    const before = await inventory(out);
    const changes = ['--set', 'optimizer.learningRate=0.5', '--set', 'regularization.cutmix=1'];
    const { code, stderr } = await ganBench(command('--resume', ...changes));
    expect(code).toBe(2);
    expect(stderr).toContain('the configuration is another one than in');
    expect(stderr).toContain('  optimizer.learningRate: was 0.001, now 0.5\n');
    expect(stderr).toContain('  regularization.cutmix: was not set, now 1\n');
    expect(stderr).toContain(
      'train the new configuration under another name (--set name=…) or folder (--out)',
    );
    expect(stderr).not.toMatch(stackTrace);
    expect(await inventory(out)).toEqual(before);
  });

  it('has what a reader needs: the configuration, the manifest, the tables, the checkpoint', async () => {
    expect(await ganBench(command())).toMatchObject({ code: 0 });
    expect((await readdir(seedFolder(7))).sort()).toEqual([
      'checkpoints',
      'config.json',
      'gradients.csv',
      'manifest.json',
      'metrics.csv',
      'steps.csv',
    ]);
    expect(JSON.parse(await readFile(path.join(seedFolder(7), 'config.json'), 'utf8'))).toMatchObject({
      ...{ name: 'tiny', model: 'resnet20', seeds: [7], backend: 'wasm', epochs: 1 },
      optimizer: { gradient: 'gan', base: 'adamw', weightDecay: 0.00005 },
    });
    expect(await manifestOf(seedFolder(7))).toMatchObject({
      ...{ outcome: 'finished', seed: 7, error: null },
      engine: { backend: 'wasm' },
      program: { node: process.versions.node },
      attempts: [{ fromStep: 0, toStep: 1, outcome: 'finished' }],
    });
    expect(await checkpointsOf(seedFolder(7))).toEqual(['step-00000001']);
    const gradients = await readCsv(path.join(seedFolder(7), 'gradients.csv'));
    expect(gradients).toHaveLength(21);
    expect(gradients.at(-1)).toMatchObject({ epoch: '1', layer: 'global' });
  });
});

describe('several seeds', { timeout: 120_000 }, () => {
  it('run in turn, and the summary has their mean and sample standard deviation', async () => {
    const { code, stdout } = await ganBench(command('--seed', '3', '--seed', '1', '--set', 'epochs=2'));
    expect(code).toBe(0);
    const rows = await readCsv(path.join(out, 'tiny', 'summary.csv'));
    expect(rows.map(({ seed }) => seed)).toEqual(['1', '3', 'mean', 'std']);
    const accuracies = await Promise.all(
      [1, 3].map(async (seed) => {
        const metrics = await readCsv(path.join(seedFolder(seed), 'metrics.csv'));
        return metrics.map((row) => Number(row['test_accuracy']));
      }),
    );
    const last = accuracies.map((values) => values.at(-1) ?? NaN);
    const best = accuracies.map((values) => Math.max(...values));
    const expected = [last, best].map(([a = NaN, b = NaN]) => ({
      mean: (a + b) / 2,
      // Of two numbers: √((a − m)² + (b − m)²) / √(2 − 1) = |a − b| / √2.
      std: Math.abs(a - b) / Math.SQRT2,
    }));
    const written = (row: number, column: string): number => Number(rows[row]?.[column]);
    for (const [index, column] of ['last_test_accuracy', 'best_test_accuracy'].entries()) {
      expect([0, 1].map((row) => written(row, column))).toEqual([last, best][index]);
      expect(written(2, column)).toBeCloseTo(expected[index]?.mean ?? NaN, 12);
      expect(written(3, column)).toBeCloseTo(expected[index]?.std ?? NaN, 12);
    }
    expect(stdout).toContain('mean ± sample std at the end: ');
  });

  it('are resumed where the first of them was interrupted; those that finished stay as they are', async () => {
    const seeds = ['--seed', '1', '--seed', '2', '--seed', '3', '--set', 'epochs=4'];
    const running = start(command(...seeds));
    await stepsLogged(running, seedFolder(2), 1);
    running.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 143 });
    expect(await manifestOf(seedFolder(1))).toMatchObject({ outcome: 'finished' });
    expect(await manifestOf(seedFolder(2))).toMatchObject({ outcome: 'interrupted' });
    expect((await readdir(path.join(out, 'tiny'))).sort()).toEqual(['seed-1', 'seed-2', 'summary.csv']);
    const before = await inventory(seedFolder(1));

    expect(await ganBench(command(...seeds, '--resume'))).toMatchObject({ code: 0 });
    const rows = await readCsv(path.join(out, 'tiny', 'summary.csv'));
    expect(rows.slice(0, 3).map(({ outcome }) => outcome)).toEqual(['finished', 'finished', 'finished']);
    expect(await inventory(seedFolder(1))).toEqual(before);
  });
});

describe('a run that is going on', { timeout: 120_000 }, () => {
  const endless = ['--set', 'epochs=1000000'];

  it('keeps a second process out of its folder', async () => {
    const first = start(command(...endless));
    await stepsLogged(first, seedFolder(7), 1);
    const second = await ganBench(command(...endless, '--resume'));
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      /seed-7: is in use by process \d+ since .* choose another folder with --out/,
    );
    expect(second.stderr).not.toMatch(stackTrace);
    first.kill('SIGINT');
    expect(await first.ended).toMatchObject({ code: 130 });
    expect(await manifestOf(seedFolder(7))).toMatchObject({ outcome: 'interrupted' });
  });

  it('stops at once on the second Ctrl-C, even when its checkpoint cannot be finished', async () => {
    const running = start(command(...endless, '--set', 'checkpoint.everyEpochs=1000000'), {
      env: preload('preload/endless-checkpoint.js'),
    });
    await stepsLogged(running, seedFolder(7), 1);
    running.kill('SIGINT');
    await running.says('Press Ctrl-C again to stop at once.');
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130 });
    expect(await manifestOf(seedFolder(7))).toMatchObject({ outcome: 'running' });
    expect((await checkpointsOf(seedFolder(7))).filter((name) => name.startsWith('step-'))).toEqual([]);
  });

  it('ends before its first seed when Ctrl-C comes that early, and leaves nothing in the way', async () => {
    const { code, stderr } = await ganBench(command(), { env: preload('preload/interrupt-at-once.js') });
    expect(stderr).not.toContain('error');
    expect(code).toBe(130);
    expect(await ganBench(command())).toMatchObject({ code: 0 });
  });

  it('goes on only with the backend that it began with', async () => {
    const running = start(command(...endless));
    await stepsLogged(running, seedFolder(7), 1);
    running.kill('SIGINT');
    await running.ended;
    for (const name of await checkpointsOf(seedFolder(7))) {
      const state = path.join(seedFolder(7), 'checkpoints', name, 'state.json');
      const content = parseState(await readFile(state, 'utf8'), state);
      await writeFile(state, stateText({ ...content, backend: 'tensorflow' }));
    }
    const { code, stderr } = await ganBench(command(...endless, '--resume'));
    expect(code).toBe(1);
    expect(stderr).toContain(
      'was trained with backend tensorflow, and wasm would not go on with the same numbers',
    );
    expect(stderr).toContain('Add --backend tensorflow');
  });
});
