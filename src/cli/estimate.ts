import { Command } from 'commander';
import { z } from 'zod';

import type { PlannedRun } from '../bench/estimate.js';
import { loadConfig } from '../config/index.js';
import { experimentDirectory } from '../record/directory.js';
import { addOptions, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { measureCommand } from './estimate-measure.js';
import { describeEstimate } from './estimate-report.js';
import { estimateRuns } from './estimate-runs.js';
import { backendOption, jsonOption, seedOption, setOption, workersOption } from './options.js';
import { output } from './output.js';

const estimateOptionsSchema = z.strictObject({
  set: setOption('override a key first, as run does'),
  seed: seedOption('take this seed instead of the configured ones'),
  backend: backendOption(),
  workers: workersOption(),
  json: jsonOption('the estimate and what was measured for it'),
});

type EstimateOptions = z.output<typeof estimateOptionsSchema>;

/** `gan-bench estimate`: what runs will cost, from a few real steps of each kind. */
export function estimateCommand(): Command {
  const command = new Command('estimate')
    .description('say what a configuration or a sweep will take: time, memory, disk')
    .argument('<file>', 'JSON or YAML file: a configuration, or a sweep')
    .addCommand(measureCommand(), { hidden: true });
  return addOptions(command, estimateOptionsSchema)
    .addHelpText(
      'after',
      `
Makes at most 8 steps of each kind of run on this machine, each kind in a process of its own, and reckons from them. Needs
no data set: the images are made up. The seeds of a configuration run in turn unless --workers says otherwise.

Examples:
  $ gan-bench estimate configs/resnet20-gan.json
  $ gan-bench estimate configs/resnet56-gan.json --set epochs=50 --workers 2x1`,
    )
    .action((file: string, raw: RawOptions) => estimate(file, parseOptions(estimateOptionsSchema, raw)));
}

async function estimate(file: string, options: EstimateOptions): Promise<void> {
  const { set, seed, backend, json } = options;
  const config = await loadConfig(file, { set, seeds: seed, backend });
  const runs = config.seeds.map((each): PlannedRun => ({
    name: `${config.name}/seed-${each}`,
    config: { ...config, seeds: [each] },
    epochsDone: 0,
  }));
  const { count: workers = 1, threads } = options.workers ?? {};
  const report = await estimateRuns(runs, {
    directory: experimentDirectory(config.output, config.name),
    ...{ finished: 0, workers, threads, json },
    place: threads === undefined ? {} : { env: { TF_NUM_INTRAOP_THREADS: String(threads) } },
  });
  if (report === undefined) return;
  if (json) output.printJson(report);
  else output.print(describeEstimate(report).join('\n'));
  for (const warning of report.warnings) output.tell(`warning: ${warning}`);
}
