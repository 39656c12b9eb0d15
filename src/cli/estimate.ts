import { Command } from 'commander';
import { z } from 'zod';

import { checkConfig, loadConfig, presetOr } from '../config/index.js';
import { providePlugin } from '../plugin/open.js';
import { loadSweep } from '../sweep/load.js';
import { triesWith } from '../sweep/queue.js';
import { memberStates } from '../sweep/state.js';
import { addOptions, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { measureCommand } from './estimate-measure.js';
import { printEstimate } from './estimate-report.js';
import type { EstimateReport } from './estimate-report.js';
import { estimateConfig, estimateSweep } from './estimate-sweep.js';
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
    .argument('<file>', 'JSON or YAML file, or the name of a preset: a configuration, or a sweep')
    .usage('[options] <file>')
    .addCommand(measureCommand(), { hidden: true });
  return addOptions(command, estimateOptionsSchema)
    .addHelpText(
      'after',
      `
Makes at most 8 steps of each kind of run on this machine, each kind in a process of its own, and reckons from them. Needs
no data set: the images are made up. The seeds of a configuration run in turn unless --workers says otherwise. Of a sweep
that has begun what is finished costs nothing, and what was stopped only the rest.

Examples:
  $ gan-bench estimate configs/resnet20-gan.json
  $ gan-bench estimate configs/sweeps/resnet20.yaml --workers 2x1
  $ gan-bench estimate configs/sweeps/resnet20.yaml --set epochs=50 --json`,
    )
    .action((file: string, raw: RawOptions) => estimate(file, parseOptions(estimateOptionsSchema, raw)));
}

async function estimate(file: string, options: EstimateOptions): Promise<void> {
  const report = await reportOf(file, options);
  if (report === undefined) return;
  if (options.json) output.printJson(report);
  else printEstimate(report);
}

async function reportOf(given: string, options: EstimateOptions): Promise<EstimateReport | undefined> {
  const file = await presetOr(given, 'config', 'sweep');
  const { set, seed: seeds, backend } = options;
  const overrides = { set, seeds, backend };
  const check = await checkConfig(file, overrides, providePlugin);
  if (check.outcome !== 'sweep')
    return await estimateConfig(await loadConfig(file, overrides, providePlugin), options);
  const sweep = await loadSweep(file, overrides, providePlugin);
  const triesFor = triesWith(sweep.definition.retries);
  return await estimateSweep({ sweep, states: await memberStates(sweep), triesFor }, options);
}
