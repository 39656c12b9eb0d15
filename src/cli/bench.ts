import { Command } from 'commander';

import { measure } from '../bench/measure.js';
import { loadDataset } from '../data/cifar.js';
import { addOptions, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { packageFolder } from '../support/package.js';
import { openEngine } from '../tensor/backend.js';
import { benchOptionsSchema, combinationsOf, workloadOf } from './bench-options.js';
import type { BenchOptions, Combination } from './bench-options.js';
import { benchReportSchema, describeReport } from './bench-report.js';
import type { BenchReport } from './bench-report.js';
import { askChild } from './child.js';
import { describeProgram } from '../library/facts.js';
import { fallbackNote } from '../library/run-open.js';
import { output } from './output.js';
import { typedCommand } from './shell.js';

/** `gan-bench bench`: what a training step costs. */
export function benchCommand(): Command {
  const command = new Command('bench').description(
    'measure the training step: time, phases, GFLOP/s, memory',
  );
  return addOptions(command, benchOptionsSchema)
    .addHelpText(
      'after',
      `
Measures full training steps (batch, forward, backward, transform, update, statistics) on images of the embedded
cifar100-mini, and a large matrix product after each as the yardstick. Several values of --model, --batch-size,
--optimizer and --precision are crossed; each combination has a process of its own, so that its peak memory is its own.

Examples:
  $ gan-bench bench
  $ gan-bench bench --model resnet20 vgg16bn --batch-size 128 256 --optimizer adamw gan --json
  $ gan-bench bench --precision float32 bfloat16`,
    )
    .action(async (raw: RawOptions) => {
      const options = parseOptions(benchOptionsSchema, raw);
      const report = await benchAll(options);
      if (report === undefined) return;
      if (options.json) output.printJson(report);
      else output.print(describeReport(report).join('\n'));
    });
}

/** The report; undefined when a child failed, which has said why and whose exit status and error are then ours. */
async function benchAll(options: BenchOptions): Promise<BenchReport | undefined> {
  const combinations = combinationsOf(options);
  const [only, ...others] = combinations;
  if (only !== undefined && others.length === 0) return await benchHere(only, options);
  const reports: BenchReport[] = [];
  for (const [index, combination] of combinations.entries()) {
    const { model, batchSize, optimizer, precision } = combination;
    const what = `${model}, batch ${batchSize}, ${optimizer}, ${precision}`;
    output.tell(`${index + 1} of ${combinations.length}: ${what}`);
    const report = await benchInChild(combination, options);
    if (report === undefined) return undefined;
    reports.push(report);
  }
  const [first] = reports;
  return first && { ...first, rows: reports.flatMap(({ rows }) => rows) };
}

async function benchHere(combination: Combination, options: BenchOptions): Promise<BenchReport> {
  const { precision } = combination;
  const onFallback = (reason: string): void => {
    output.tell(`note: ${fallbackNote(reason)}`);
  };
  const engine = await openEngine({ backend: options.backend, precision, onFallback });
  const dataset = await loadDataset({ name: 'cifar100-mini', directory: packageFolder() });
  const measurement = await measure(engine, dataset, workloadOf(combination), options);
  const { program, engine: facts, machine } = await describeProgram(engine, dataset, typedCommand());
  return benchReportSchema.parse({
    program,
    engine: facts,
    machine,
    rows: [{ ...combination, ...measurement }],
  });
}

async function benchInChild(
  { model, batchSize, optimizer, precision }: Combination,
  { backend, steps, warmup, json }: BenchOptions,
): Promise<BenchReport | undefined> {
  const flags = {
    '--model': model,
    '--batch-size': batchSize,
    '--optimizer': optimizer,
    '--precision': precision,
    '--backend': backend,
  };
  const counts = { '--steps': steps, '--warmup': warmup };
  const args = Object.entries({ ...flags, ...counts }).flatMap(([flag, value]) => [flag, String(value)]);
  const answer = await askChild(['bench', '--json', ...args], { json });
  return answer === undefined ? undefined : benchReportSchema.parse(answer);
}
