import { stopWatching, watchFolder, type Fault } from './preload/faults.js';

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll, vi } from 'vitest';

import { terminalReporter } from '../../src/cli/reporter.js';
import { loadConfig } from '../../src/config/index.js';
import { loadDataset } from '../../src/data/cifar.js';
import { messageOf, UserError } from '../../src/errors.js';
import { describeProgram } from '../../src/library/facts.js';
import type { SeedEnded } from '../../src/library/run-events.js';
import { checkSeeds } from '../../src/library/run-seed.js';
import { methodsOf } from '../../src/plugin/methods.js';
import { readManifest } from '../../src/record/manifest.js';
import { writeSummary, type SeedSummary } from '../../src/record/summary.js';
import { openEngine } from '../../src/tensor/backend.js';
import { capturePrinted } from '../cli/printed.js';
import { resultsOf } from '../e2e/results.js';
import { runReported } from '../support/seeds.js';

/*
 * The smallest run that has everything: two epochs of two steps with one image each, a checkpoint of the untrained
 * state, and all records. It is trained in this process, again and again.
 */

const SEED = 7;
const NAME = 'toy';
const root = await mkdtemp(path.join(os.tmpdir(), 'gan-bench-attack-'));
afterAll(() => rm(root, { recursive: true, force: true }));

export const configFile = path.join(root, `${NAME}.json`);
await writeFile(
  configFile,
  JSON.stringify({
    model: 'resnet20',
    dataset: { name: 'cifar100-mini', trainSamples: 2, testSamples: 1, validation: 1 },
    optimizer: 'gan',
    schedule: { warmupEpochs: 1, decay: 'constant' },
    ...{ epochs: 2, batchSize: 1, evalBatchSize: 1, seeds: [SEED] },
    log: { everySteps: 1 },
    checkpoint: { initial: true, keep: 1, best: 'validation' },
  }),
);

const engine = await openEngine({ backend: 'auto' });
export const { backend } = engine.info;
const dataset = await loadDataset({
  ...{ name: 'cifar100-mini', directory: 'data' },
  ...{ trainSamples: 2, testSamples: 1, validation: 1 },
});
const facts = await describeProgram(engine, dataset, []);

/** What a command told and did. */
export interface Told {
  readonly outcome: SeedEnded['outcome'] | 'refused';
  /** All that it said on standard error, and the message of what it threw. */
  readonly said: string;
  /** Whether what it threw was meant for the user. */
  readonly isPlain: boolean;
}

/** The number of a process that has ended. */
const GONE = spawnSync('true').pid;

let places = 0;
/** A folder for results that is not there yet. */
export function newPlace(): string {
  return path.join(root, String(++places));
}

export const runFolder = (output: string): string => path.join(output, NAME, `seed-${SEED}`);

/** A copy of a place, to be damaged. */
export async function copyOf(output: string): Promise<string> {
  const copy = newPlace();
  await cp(output, copy, { recursive: true });
  return copy;
}

export interface Circumstances {
  readonly resume?: boolean;
  /** Ctrl-C as soon as steps.csv has so many rows. */
  readonly stopAfter?: number;
  readonly fault?: Fault;
}

/** Runs the part of the command that trains a seed. */
export async function runToy(output: string, circumstances: Circumstances = {}): Promise<Told> {
  const { resume = false, stopAfter = Infinity, fault } = circumstances;
  const printed = capturePrinted();
  const controller = new AbortController();
  let rows = 0;
  const onOperation = (operation: string): void => {
    if (operation === 'append steps.csv' && ++rows >= stopAfter) controller.abort();
  };
  watchFolder(output, { ...fault, onOperation });
  try {
    const config = await loadConfig(configFile, { output });
    await checkSeeds(config, resume);
    const { outcome } = await runReported(
      {
        ...{ config, methods: methodsOf(config), plugins: [], seed: SEED, dataset, engine, facts, resume },
        signal: controller.signal,
      },
      terminalReporter({ quiet: true, debug: false }),
    );
    return { outcome, said: printed.err, isPlain: true };
  } catch (error) {
    const said = `${printed.err}${messageOf(error)}`;
    return { outcome: 'refused', said, isPlain: error instanceof UserError };
  } finally {
    operations = stopWatching();
    vi.restoreAllMocks();
  }
}

let operations: readonly string[] = [];
/** What the last run wrote in its folder, operation by operation. */
export const lastOperations = (): readonly string[] => operations;

/** Makes what a run left to name its process, this one, name one that is gone. */
export async function bury(output: string): Promise<void> {
  const folder = runFolder(output);
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    if (/^run\.lock\.\d+$/.test(name)) {
      const lock = await readFile(file, 'utf8');
      await writeFile(file, lock.replace(/"processStart": .*,/, '"processStart": "another",'));
    } else if (name.endsWith('.tmp')) {
      await rename(file, file.replace(`-${process.pid}.`, `-${GONE}.`));
    }
  }
}

/** What the summary of the command says of the seed. */
export async function summaryOf(output: string): Promise<SeedSummary | undefined> {
  const config = await loadConfig(configFile, { output });
  const { seeds } = await writeSummary(path.join(output, NAME), { seeds: config.seeds, config });
  return seeds[0];
}

/** All that two runs have in common, once they are finished; the names of files that do not belong there too. */
export async function resultOf(output: string): Promise<Record<string, string>> {
  const folder = runFolder(output);
  const names = (await readdir(folder, { recursive: true })).filter((name) =>
    /tmp$|unfinished|lock/.test(name),
  );
  const { best } = (await readManifest(folder)) ?? {};
  const kept = path.join(folder, 'checkpoints', best?.checkpoint ?? 'none', 'weights.safetensors');
  return {
    ...(await resultsOf(folder)),
    leftovers: names.join(' '),
    best: JSON.stringify(best),
    bestWeights: createHash('sha256')
      .update(await readFile(kept))
      .digest('hex'),
  };
}
