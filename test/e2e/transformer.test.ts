import path from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { runPaths } from '../../src/record/directory.js';
import { probeNative } from '../../src/tensor/tensorflow/native-probe.js';
import { manifestOf, readCsv, resultsOf } from './results.js';
import { ganBench, stackTrace, start, temporaryFolder, writeConfig } from './support.js';
import { stepsLogged } from './watching.js';

const native = await probeNative();
const backend = native.state === 'ready' ? 'tensorflow' : 'wasm';
const MATRICES = ['attention.qkv', 'attention.out', 'mlp.in', 'mlp.out'];

describe(`a run of vit-tiny on ${backend}`, { timeout: 240_000 }, () => {
  let args: string[];
  let directory: string;

  const place = async () => {
    const out = await temporaryFolder();
    return { out, run: path.join(out, 'tiny', 'seed-7') };
  };

  beforeAll(async () => {
    const file = await writeConfig(await temporaryFolder(), {
      ...{ model: 'vit-tiny', dataset: { name: 'cifar100-mini', trainSamples: 16, testSamples: 10 } },
      // Two epochs of two steps.
      ...{ batchSize: 8, epochs: 2, log: { everySteps: 1 } },
    });
    args = ['run', file, '--backend', backend, '--offline'];
    const { out, run } = await place();
    directory = run;
    const { code, stderr } = await ganBench([...args, '--out', out]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('vit-tiny on cifar100-mini (16 + 10 images), gan + adamw');
  }, 240_000);

  it('has a row of gradients.csv for every matrix in every epoch', async () => {
    const rows = await readCsv(runPaths(directory).gradients);
    const blocks = Array.from({ length: 12 }, (_, index) =>
      MATRICES.map((name) => `block${index + 1}.${name}.kernel`),
    ).flat();
    const layers = ['patch.kernel', 'position', ...blocks, 'head.kernel', 'global'];
    expect(rows.map(({ layer }) => layer)).toEqual([...layers, ...layers]);
    const sizes = new Map(rows.map(({ layer = '', elements }) => [layer, elements]));
    expect(['position', 'patch.kernel', 'global'].map((layer) => sizes.get(layer))).toEqual([
      ...[String(65 * 192), String(48 * 192), '5349312'],
    ]);
    for (const row of rows) expect(Number(row['grad_std']), row['layer']).toBeGreaterThan(0);
  });

  it('goes on after an interruption as if nothing had happened', async () => {
    const { out, run } = await place();
    const running = start([...args, '--out', out]);
    await stepsLogged(running, run, 1);
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130 });
    expect(await manifestOf(run)).toMatchObject({ outcome: 'interrupted' });
    expect(await ganBench([...args, '--out', out, '--resume'])).toMatchObject({ code: 0 });
    expect(await resultsOf(run)).toEqual(await resultsOf(directory));
  });

  it('that reads the mean of all tokens has no class token, and is another experiment', async () => {
    const { out, run } = await place();
    const mean = [...args, '--out', out, '--set', 'modelOptions.pool=mean', '--set', 'maxSteps=2'];
    expect(await ganBench(mean)).toMatchObject({ code: 0 });
    const rows = await readCsv(runPaths(run).gradients);
    expect(rows.find(({ layer }) => layer === 'position')?.['elements']).toBe(String(64 * 192));
    const other = [...args, '--out', out, '--set', 'maxSteps=2', '--resume'];
    const { code, stderr } = await ganBench(other);
    expect(code).toBe(2);
    expect(stderr).toContain('modelOptions.pool: was "mean", now "class"');
    expect(stderr).not.toMatch(stackTrace);
  });
});
