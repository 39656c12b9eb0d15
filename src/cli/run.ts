import { Command } from 'commander';

import { loadConfig } from '../config/index.js';
import type { RunConfig } from '../config/index.js';
import { loadDataset } from '../data/cifar.js';
import type { Dataset } from '../data/dataset.js';
import { resolveDataRoot } from '../data/paths.js';
import { experimentDirectory } from '../record/directory.js';
import { writeSummary } from '../record/summary.js';
import type { ExperimentSummary } from '../record/summary.js';
import { percent } from '../support/text.js';
import { openEngine } from '../tensor/backend.js';
import type { Engine } from '../tensor/engine.js';
import { collect, parseSeed } from './arguments.js';
import { ensureDataset, MIRROR_HELP } from './data.js';
import { describeProgram } from './facts.js';
import { listenForInterrupts } from './interrupts.js';
import { checkSeeds, runSeed } from './run-seed.js';
import type { SeedOutcome } from './run-seed.js';

interface RunFlags {
  readonly set?: readonly string[];
  readonly seed?: readonly number[];
  readonly backend?: string;
  readonly requireGpu?: true;
  readonly dataDir?: string;
  readonly mirror?: string;
  readonly out?: string;
  readonly resume?: true;
  readonly offline?: true;
  readonly quiet?: true;
  readonly json?: true;
  /** Of the program, not of this command. */
  readonly debug?: true;
}

/** `gan-bench run`: trains every seed of a configuration in turn. */
export function runCommand(): Command {
  return new Command('run')
    .description('train a configuration, every seed in turn')
    .argument('<config>', 'JSON or YAML file')
    .option('--set <key=value>', 'override a key (repeatable)', collect)
    .option('--seed <n>', 'run this seed instead of the configured ones (repeatable)', parseSeed)
    .option('--backend <name>', 'engine that computes: auto, tensorflow, wasm or cpu')
    .option('--require-gpu', 'refuse to run without a GPU')
    .option('--data-dir <path>', 'the data folder (default: $GAN_BENCH_DATA, else data/)')
    .option('--mirror <url>', MIRROR_HELP)
    .option('--out <path>', 'the folder for results (default: the key output, results)')
    .option('--resume', 'go on from the newest checkpoint; finished seeds are left alone')
    .option('--offline', 'never download a data set')
    .option('--quiet', 'show no progress')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Each seed goes into <output>/<name>/seed-<n>/: metrics.csv, gradients.csv, config.json, manifest.json, checkpoints/.
Ctrl-C saves a checkpoint first; a second Ctrl-C stops at once. Both can be continued with --resume.

Examples:
  $ gan-bench run configs/smoke.json
  $ gan-bench run configs/resnet56-gan.json --seed 42 --set epochs=5 --out my-results
  $ gan-bench run configs/resnet56-gan.json --resume`,
    )
    .action((file: string, _flags: unknown, command: Command) => run(file, command.optsWithGlobals()));
}

async function run(file: string, flags: RunFlags): Promise<void> {
  const config = await loadConfig(file, {
    set: flags.set,
    seeds: flags.seed,
    backend: flags.backend,
    output: flags.out,
  });
  await checkSeeds(config, flags.resume === true);
  const interrupts = listenForInterrupts();
  const { signal } = interrupts;
  try {
    const outcomes = await runSeeds(config, flags, signal);
    if (outcomes.includes('failed')) process.exitCode = 1;
  } catch (error) {
    // What Ctrl-C ended before the first seed, such as a download, throws the signal's reason.
    if (!signal.aborted || error !== signal.reason) throw error;
  } finally {
    interrupts.stop();
  }
  if (signal.aborted) process.exitCode = interrupts.exitCode;
}

async function runSeeds(config: RunConfig, flags: RunFlags, signal: AbortSignal): Promise<SeedOutcome[]> {
  const [resume, quiet, debug] = [flags.resume === true, flags.quiet === true, flags.debug === true];
  const dataset = await openDataset(config, flags, signal);
  const engine = await openEngine({
    backend: config.backend,
    precision: config.precision,
    requireGpu: flags.requireGpu === true,
    onFallback: warnOfFallback,
  });
  if (!quiet) console.error(headline(config, dataset, engine));
  const facts = await describeProgram(engine, dataset);
  const outcomes: SeedOutcome[] = [];
  for (const seed of config.seeds) {
    if (signal.aborted) break;
    outcomes.push(await runSeed({ config, seed, dataset, engine, facts, resume, quiet, debug, signal }));
  }
  if (outcomes.length > 0) {
    const directory = experimentDirectory(config.output, config.name);
    report(await writeSummary(directory, { seeds: config.seeds, config }), flags);
  }
  return outcomes;
}

async function openDataset(config: RunConfig, flags: RunFlags, signal: AbortSignal): Promise<Dataset> {
  const { name, trainSamples, testSamples } = config.dataset;
  const root = resolveDataRoot({ option: flags.dataDir, env: process.env });
  const [offline, quiet] = [flags.offline === true, flags.quiet === true];
  await ensureDataset(name, root, { offline, quiet, mirror: flags.mirror, signal });
  return await loadDataset({ name, directory: root, trainSamples, testSamples });
}

/** Tells why `auto` goes on without the native library. */
export function warnOfFallback(reason: string): void {
  console.error(
    `note: ${reason}\n      Training goes on with the portable WebAssembly backend, which is much slower.`,
  );
}

/** Such as `resnet20 on cifar100 (50000 + 10000 images), gan + adamw, TensorFlow 2.21.0 on CPU: …`. */
function headline({ model, optimizer, precision }: RunConfig, dataset: Dataset, { info }: Engine): string {
  const transform = optimizer.gradient === 'none' ? '' : `${optimizer.gradient} + `;
  return [
    `${model} on ${dataset.name} (${dataset.train.count} + ${dataset.test.count} images)`,
    `${transform}${optimizer.base}${precision === 'float32' ? '' : ` in ${precision}`}`,
    `${info.library} on ${info.devices.join(', ')}`,
  ].join(', ');
}

function report(summary: ExperimentSummary, { json, quiet }: RunFlags): void {
  if (json === true) {
    console.log(JSON.stringify(summary, undefined, 2));
    return;
  }
  if (quiet === true) return;
  for (const { seed, epochs, result, outcome } of summary.seeds) {
    const accuracy =
      result === undefined
        ? outcome
        : `test accuracy ${percent(result.lastTestAccuracy, 2)} at the end, ` +
          `${percent(result.bestTestAccuracy, 2)} at best (epoch ${result.bestEpoch} of ${epochs})`;
    console.log(`seed ${seed}: ${accuracy}`);
  }
  const { mean, std } = summary.lastTestAccuracy;
  if (mean !== undefined && std !== undefined) {
    console.log(`mean ± sample std at the end: ${percent(mean, 2)} ± ${percent(std, 2)}`);
  }
  console.log(`summary: ${summary.file}`);
}
