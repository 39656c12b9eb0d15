import { Command } from 'commander';
import { z } from 'zod';
import { checkConfig, formatProblem, type Check, type RunConfig } from '../config/index.js';
import { addOptions, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { count } from '../support/text.js';
import { jsonOption, setOption } from './options.js';
import { output } from './output.js';

const validateOptionsSchema = z.strictObject({
  set: setOption('override a key first, as run does'),
  json: jsonOption('the findings, and the resolved configurations,'),
});

/** `gan-bench validate`: checks configurations without running them; exit status 2 when one of them is wrong. */
export function validateCommand(): Command {
  const command = new Command('validate')
    .description('check configuration files without training')
    .argument('<config...>', 'JSON or YAML files');
  return addOptions(command, validateOptionsSchema)
    .addHelpText(
      'after',
      `
Examples:
  $ gan-bench validate configs/*.json
  $ gan-bench validate configs/resnet20-gan.json --set optimizer.learningRate=5e-4 --set 'seeds=[1,2]'`,
    )
    .action(async (files: string[], raw: RawOptions) => {
      const { set, json } = parseOptions(validateOptionsSchema, raw);
      const checks = await Promise.all(files.map((file) => checkConfig(file, { set })));
      if (checks.some(({ config }) => config === undefined)) process.exitCode = 2;
      const findings = files.flatMap((file, index) => pair(file, checks[index]));
      if (json) output.printJson(findings.map(asJson));
      else findings.forEach(print);
    });
}

interface Finding {
  readonly file: string;
  readonly check: Check;
}

function pair(file: string, check: Check | undefined): Finding[] {
  return check === undefined ? [] : [{ file, check }];
}

function asJson({ file, check: { config, problems } }: Finding) {
  return config === undefined ? { file, ok: false, problems } : { file, ok: true, config };
}

function print({ file, check: { config, problems } }: Finding): void {
  if (config !== undefined) {
    output.print(`${file}: OK: ${summary(config)}`);
    return;
  }
  output.tell(`${file}: ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}`);
  for (const problem of problems) output.tell(`  ${formatProblem(problem)}`);
}

/** A configuration in one line: `resnet20 on cifar100, gan + adamw at 0.001, 200 epochs × 3 seeds (42, 52, 62)`. */
function summary({ model, dataset, optimizer, epochs, maxSteps, seeds }: RunConfig): string {
  const transform = optimizer.gradient === 'none' ? '' : `${optimizer.gradient} + `;
  const length = `${count(epochs, 'epoch')}${maxSteps === undefined ? '' : ` or ${count(maxSteps, 'step')}`}`;
  return [
    `${model} on ${dataset.name}`,
    `${transform}${optimizer.base} at ${optimizer.learningRate}`,
    `${length} × ${count(seeds.length, 'seed')} (${seeds.join(', ')})`,
  ].join(', ');
}
