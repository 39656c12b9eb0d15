import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { terminalReporter } from '../../src/cli/reporter.js';
import { runCommand } from '../../src/cli/run.js';
import type { RunConfig } from '../../src/config/schema.js';
import type { SeedOptions } from '../../src/library/run-open.js';
import { checkSeeds } from '../../src/library/run-seed.js';
import { methodsOf } from '../../src/plugin/methods.js';
import { runPaths } from '../../src/record/directory.js';
import { readManifest } from '../../src/record/manifest.js';
import { openEngine } from '../../src/tensor/backend.js';
import { randomDataset, runConfig } from '../support/runs.js';
import { runReported } from '../support/seeds.js';
import { capturePrinted, type Printed } from './printed.js';

let output: string;
let printed: Printed;

beforeEach(async () => {
  output = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-run-'));
  printed = capturePrinted();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(output, { recursive: true });
});

const engine = await openEngine({ backend: 'wasm' });

function shortConfig(changes: object = {}): RunConfig {
  return runConfig({ epochs: 1, maxSteps: 1, seeds: [1, 2], output, ...changes });
}

const reporterWith = (changes: { readonly quiet?: boolean; readonly debug?: boolean } = {}) =>
  terminalReporter({ quiet: true, debug: false, ...changes });

function options(changes: Partial<SeedOptions> = {}): SeedOptions {
  const config = changes.config ?? shortConfig();
  const program = { version: '0', gitCommit: null, gitDirty: null, node: '20.0.0', tfjs: '4.0.0' };
  const machine = { platform: '', release: '', arch: '', cpuModel: '', cpuCores: 1, memoryBytes: 1 };
  const dataset = { name: 'cifar100-mini', checksums: {} };
  return {
    ...{
      config,
      seed: 1,
      dataset: randomDataset,
      engine,
      methods: methodsOf(config),
      plugins: [],
      resume: false,
    },
    facts: { commandLine: [], program, engine: engine.info, machine, dataset },
    signal: new AbortController().signal,
    ...changes,
  };
}

const runSeed = (seed: SeedOptions, reporter = reporterWith()) => runReported(seed, reporter);

const seedFolder = (seed: number): string => path.join(output, 'test', `seed-${seed}`);

describe('checking the seeds', () => {
  it('accepts folders without a run, even when something else lies there', async () => {
    await mkdir(seedFolder(1), { recursive: true });
    await writeFile(path.join(seedFolder(1), 'notes.txt'), '');
    await checkSeeds(shortConfig(), false);
    await checkSeeds(shortConfig(), true);
  });

  it('refuses a run that is there, also of the last seed', async () => {
    await runSeed(options({ seed: 2 }));
    await expect(checkSeeds(shortConfig(), false)).rejects.toMatchObject({ code: 'usage' });
    await expect(checkSeeds(shortConfig(), false)).rejects.toThrow(
      `${seedFolder(2)}: a run is there already`,
    );
    await checkSeeds(shortConfig(), true);
  });

  it('refuses to resume another configuration; other seeds and another output are no difference', async () => {
    await runSeed(options());
    await checkSeeds(shortConfig({ seeds: [1, 5] }), true);
    const changed = shortConfig({ batchSize: 3 });
    await expect(checkSeeds(changed, true)).rejects.toMatchObject({ code: 'config' });
    await expect(checkSeeds(changed, true)).rejects.toThrow('batchSize: was 2, now 3');
  });

  it('refuses a run whose configuration cannot be read', async () => {
    await runSeed(options());
    await writeFile(runPaths(seedFolder(1)).config, '{"model":');
    await expect(checkSeeds(shortConfig(), true)).rejects.toThrow('config.json');
  });
});

describe('running a seed', () => {
  it('ends with its outcome, in the manifest too, and gives the folder free', async () => {
    expect(await runSeed(options())).toEqual({ outcome: 'finished' });
    expect(await readManifest(seedFolder(1))).toMatchObject({ outcome: 'finished', seed: 1 });
    expect(await runSeed(options({ resume: true }))).toEqual({ outcome: 'finished' });
    expect(printed.err).toBe('');
  });

  it('is refused where a run is, and the folder is free afterwards', async () => {
    await runSeed(options());
    await expect(runSeed(options())).rejects.toMatchObject({ code: 'usage' });
    expect(await runSeed(options({ resume: true }), reporterWith({ quiet: false }))).toEqual({
      outcome: 'finished',
    });
    expect(printed.err).toBe(`seed 1: already finished, ${seedFolder(1)}\n`);
  });

  it('that is interrupted is not finished', async () => {
    expect(await runSeed(options({ signal: AbortSignal.abort() }))).toEqual({ outcome: 'interrupted' });
    expect(await readManifest(seedFolder(1))).toMatchObject({ outcome: 'interrupted' });
    expect(await runSeed(options({ resume: true }))).toEqual({ outcome: 'finished' });
  });

  it('that fails is told of, with where that came from only for debugging', async () => {
    const config = shortConfig({ maxSteps: 3, optimizer: { base: 'sgd', learningRate: 1e30 } });
    const failed = { outcome: 'failed', error: { code: 'diverged' } };
    expect(await runSeed(options({ config }))).toMatchObject(failed);
    expect(printed.err).toMatch(/^error: Seed 1 stopped at epoch 1, step \d.*\n$/);
    printed.err = '';
    expect(await runSeed(options({ config, seed: 2 }), reporterWith({ debug: true }))).toMatchObject(failed);
    expect(printed.err).toMatch(/^error: Seed 2 stopped.*\nUserError: Seed 2 stopped.*\n {4}at /);
    expect(await readManifest(seedFolder(2))).toMatchObject({ outcome: 'failed' });
  });

  it('does not go on with data that changed meanwhile, and leaves the manifest as it is', async () => {
    const { facts } = options();
    const factsOf = (sha256: string) => ({
      ...facts,
      dataset: { name: 'cifar100-mini', checksums: { 'train.bin': sha256 } },
    });
    await runSeed(options({ facts: factsOf('1234'), signal: AbortSignal.abort() }));
    const resumed = runSeed(options({ facts: factsOf('5678'), resume: true }));
    await expect(resumed).rejects.toThrow(
      'the SHA-256 of train.bin (cifar100-mini) was 1234, now it is 5678',
    );
    expect((await readManifest(seedFolder(1)))?.dataset.checksums).toEqual({ 'train.bin': '1234' });
    expect(await runSeed(options({ facts: factsOf('1234'), resume: true }))).toEqual({ outcome: 'finished' });
  });

  it('does not go on from the checkpoint of another seed', async () => {
    await runSeed(options({ signal: AbortSignal.abort() }));
    await mkdir(seedFolder(2));
    await rename(runPaths(seedFolder(1)).checkpoints, runPaths(seedFolder(2)).checkpoints);
    await writeFile(runPaths(seedFolder(2)).config, JSON.stringify(shortConfig()));
    const resumed = runSeed(options({ seed: 2, resume: true }));
    await expect(resumed).rejects.toThrow(
      `${seedFolder(2)}: cannot be resumed, none of its checkpoints fits`,
    );
    expect(printed.err).toContain('It is of seed 1, not 2.');
  });
});

describe('the help of run', () => {
  it('names every option and the files that a run makes', () => {
    const help = runCommand().helpInformation();
    for (const option of [
      'set',
      'seed',
      'backend',
      'require-gpu',
      'data-dir',
      'mirror',
      'out',
      'resume',
      'offline',
      'min-accuracy',
      'quiet',
    ]) {
      expect(help).toContain(`--${option} `);
    }
  });
});
