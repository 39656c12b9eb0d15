import { Command } from 'commander';
import { z } from 'zod';
import {
  checkConfig,
  datasetLabel,
  presetOr,
  problemList,
  type Check,
  type RunConfig,
} from '../config/index.js';
import { providePlugin } from '../plugin/open.js';
import { checkSweep, type SweepCheck } from '../sweep/load.js';
import type { Sweep } from '../sweep/sweep.js';
import { addOptions, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { count, printable } from '../support/text.js';
import { jsonOption, setOption } from './options.js';
import { output } from './output.js';

const validateOptionsSchema = z.strictObject({
  set: setOption('override a key first, as run does'),
  json: jsonOption('the findings, and the resolved configurations,'),
});

/** Members that a summary names. */
const MOST_NAMES = 12;

/** `gan-bench validate`: checks configurations and sweeps without running them; exit status 2 when one of them is wrong. */
export function validateCommand(): Command {
  const command = new Command('validate')
    .description('check configuration and sweep files without training')
    .argument('<file...>', 'JSON or YAML files');
  return addOptions(command, validateOptionsSchema)
    .addHelpText(
      'after',
      `
Examples:
  $ gan-bench validate configs/*.json configs/sweeps/*.yaml
  $ gan-bench validate configs/resnet20-gan.json --set optimizer.learningRate=5e-4 --set 'seeds=[1,2]'`,
    )
    .action(async (files: string[], raw: RawOptions) => {
      const { set, json } = parseOptions(validateOptionsSchema, raw);
      const findings = await Promise.all(files.map((file) => check(file, set)));
      if (findings.some(({ outcome }) => outcome === 'wrong')) process.exitCode = 2;
      if (json) output.printJson(findings.map(asJson));
      else findings.forEach(print);
    });
}

type Finding = { readonly file: string } & (Exclude<Check, { outcome: 'sweep' }> | SweepCheck);

async function check(given: string, set: readonly string[]): Promise<Finding> {
  const file = await presetOr(given, 'config', 'sweep');
  const found = await checkConfig(file, { set }, providePlugin);
  return { file, ...(found.outcome === 'sweep' ? await checkSweep(file, { set }, providePlugin) : found) };
}

function asJson(finding: Finding) {
  const { file } = finding;
  switch (finding.outcome) {
    case 'base':
      return { file, ok: true, abstract: true };
    case 'wrong':
      return { file, ok: false, problems: finding.problems, more: finding.more };
    case 'right':
      if ('config' in finding) return { file, ok: true, abstract: false, config: finding.config };
      return { file, ok: true, abstract: false, sweep: membersOf(finding.sweep) };
  }
}

function membersOf({ name, directory, members }: Sweep) {
  return {
    name,
    directory,
    members: members.map(({ name: member, seed, config }) => ({ name: member, seed, config })),
  };
}

function print(finding: Finding): void {
  if (finding.outcome === 'wrong') output.tell(problemList(finding.file, finding));
  else output.print(`${printable(finding.file)}: OK: ${inWords(finding)}`);
}

function inWords(finding: Exclude<Finding, { outcome: 'wrong' }>): string {
  if (finding.outcome === 'base') return 'a base, to be extended';
  return 'config' in finding ? summary(finding.config) : sweepSummary(finding.sweep);
}

/** A sweep in one line: `a sweep of 6 runs: adamw, zscore, gan × 2 seeds (42, 52)`. */
function sweepSummary({ members }: Sweep): string {
  const names = [...new Set(members.map(({ name }) => name))];
  const seeds = [...new Set(members.map(({ seed }) => seed))];
  const shown = names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES), `… (${names.length})`] : names;
  return `a sweep of ${count(members.length, 'run')}: ${shown.join(', ')} × ${count(seeds.length, 'seed')} (${seeds.join(', ')})`;
}

/** A configuration in one line: `resnet20 on cifar100, gan + adamw at 0.001, 200 epochs × 3 seeds (42, 52, 62)`. */
function summary({ model, dataset, optimizer, epochs, maxSteps, seeds }: RunConfig): string {
  const transform = optimizer.gradient === 'none' ? '' : `${optimizer.gradient} + `;
  const length = `${count(epochs, 'epoch')}${maxSteps === undefined ? '' : ` or ${count(maxSteps, 'step')}`}`;
  return [
    `${model} on ${printable(datasetLabel(dataset))}`,
    `${transform}${optimizer.base} at ${optimizer.learningRate}`,
    `${length} × ${count(seeds.length, 'seed')} (${seeds.join(', ')})`,
  ].join(', ');
}
