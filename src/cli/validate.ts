import { Command } from 'commander';
import { z } from 'zod';
import { checkConfig, problemList, type Check, type RunConfig } from '../config/index.js';
import { addOptions, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { count, printable } from '../support/text.js';
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
      if (checks.some(({ outcome }) => outcome === 'wrong')) process.exitCode = 2;
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

function asJson({ file, check }: Finding) {
  switch (check.outcome) {
    case 'right':
      return { file, ok: true, abstract: false, config: check.config };
    case 'base':
      return { file, ok: true, abstract: true };
    case 'wrong':
      return { file, ok: false, problems: check.problems, more: check.more };
  }
}

function print({ file, check }: Finding): void {
  if (check.outcome === 'wrong') output.tell(problemList(file, check));
  else {
    const found = check.outcome === 'base' ? 'a base, to be extended' : summary(check.config);
    output.print(`${printable(file)}: OK: ${found}`);
  }
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
