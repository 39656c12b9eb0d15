import process from 'node:process';

import { Command } from 'commander';

import { loadConfig } from '../config/index.js';
import type { RunConfig } from '../config/index.js';
import { loadDataset } from '../data/cifar.js';
import type { Dataset } from '../data/dataset.js';
import { resolveDataRoot } from '../data/paths.js';
import { experimentDirectory } from '../record/directory.js';
import { writeSummary } from '../record/summary.js';
import { addOptions, parseOptions } from '../support/options.js';
import { openEngine } from '../tensor/backend.js';
import { ensureDataset } from './data.js';
import { describeProgram } from './facts.js';
import { listenForInterrupts } from './interrupts.js';
import { output } from './output.js';
import { allRunOptionsSchema, runOptionsSchema } from './run-options.js';
import type { RunOptions } from './run-options.js';
import { accuracyFailures, headline, printSummary } from './run-report.js';
import { checkSeeds, runSeed } from './run-seed.js';
import { resumeCommand } from './shell.js';
import { tellError } from './tell-error.js';

/** `gan-bench run`: trains every seed of a configuration in turn. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('train a configuration, every seed in turn')
    .argument('<config>', 'JSON or YAML file');
  return addOptions(command, runOptionsSchema)
    .addHelpText(
      'after',
      `
Each seed goes into <output>/<name>/seed-<n>/: metrics.csv, gradients.csv, config.json, manifest.json, checkpoints/.
Ctrl-C saves a checkpoint first, as SIGTERM and SIGHUP do; a second Ctrl-C stops at once. Both can be continued
with --resume. With --json a seed that failed carries its error, and so does the answer of a command that could not run.

Examples:
  $ gan-bench run configs/smoke.json
  $ gan-bench run configs/resnet56-gan.json --seed 42 --set epochs=5 --out my-results
  $ gan-bench run configs/resnet56-gan.json --resume
  $ gan-bench run configs/smoke.json --json --min-accuracy 0.02`,
    )
    .action((file: string, _raw: unknown, self: Command) =>
      run(file, parseOptions(allRunOptionsSchema, self.optsWithGlobals())),
    );
}

async function run(file: string, options: RunOptions): Promise<void> {
  const config = await loadConfig(file, {
    set: options.set,
    seeds: options.seed,
    backend: options.backend,
    output: options.out,
  });
  await checkSeeds(config, options.resume);
  const goOn = `Go on with: ${resumeCommand(process.argv.slice(2))}`;
  const interrupts = listenForInterrupts(goOn);
  const { signal } = interrupts;
  try {
    if (await runSeeds(config, options, signal)) process.exitCode = 1;
  } catch (error) {
    // What Ctrl-C ended before the first seed, such as a download, throws the signal's reason.
    if (!signal.aborted || error !== signal.reason) throw error;
  } finally {
    interrupts.stop();
  }
  if (!signal.aborted) return;
  output.tell(goOn);
  process.exitCode = interrupts.exitCode;
}

/** @returns whether a seed failed, or is worse than was asked for */
async function runSeeds(config: RunConfig, options: RunOptions, signal: AbortSignal): Promise<boolean> {
  const { requireGpu, resume, quiet, debug } = options;
  const dataset = await openDataset(config, options, signal);
  const { backend, precision } = config;
  const engine = await openEngine({ backend, precision, requireGpu, onFallback: warnOfFallback });
  if (!quiet) output.tell(headline(config, dataset, engine));
  const facts = await describeProgram(engine, dataset);
  const failures = new Map<number, unknown>();
  let started = 0;
  for (const seed of config.seeds) {
    if (signal.aborted) break;
    started += 1;
    const end = await runSeed({ config, seed, dataset, engine, facts, resume, quiet, debug, signal });
    if (end.outcome === 'failed') failures.set(seed, end.error);
  }
  if (started === 0) return false;
  const directory = experimentDirectory(config.output, config.name);
  const summary = await writeSummary(directory, { seeds: config.seeds, config });
  for (const { seed, outcome, reason } of summary.seeds)
    if (outcome === 'damaged') output.tell(`note: seed ${seed} is damaged and not counted: ${reason}`);
  for (const [seed, error] of accuracyFailures(summary, config.seeds, options.minAccuracy)) {
    failures.set(seed, error);
    tellError(error, debug);
  }
  printSummary(summary, failures, options);
  return failures.size > 0;
}

async function openDataset(config: RunConfig, options: RunOptions, signal: AbortSignal): Promise<Dataset> {
  const { offline, quiet, mirror, dataDir } = options;
  const { name, trainSamples, testSamples } = config.dataset;
  const root = resolveDataRoot({ option: dataDir, env: process.env });
  await ensureDataset(name, root, { offline, quiet, mirror, signal });
  return await loadDataset({ name, directory: root, trainSamples, testSamples });
}

/** Tells why `auto` goes on without the native library. */
export function warnOfFallback(reason: string): void {
  output.tell(
    `note: ${reason}\n      Training goes on with the portable WebAssembly backend, which is much slower.`,
  );
}
