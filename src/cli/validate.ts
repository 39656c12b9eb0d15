import { Command } from 'commander';
import { checkConfig, formatProblem, type Check, type RunConfig } from '../config/index.js';
import { count } from '../support/text.js';
import { collect } from './arguments.js';

interface Options {
  readonly set?: readonly string[];
  readonly json?: boolean;
}

/** `gan-bench validate`: checks configurations without running them; exit status 2 when one of them is wrong. */
export function validateCommand(): Command {
  return new Command('validate')
    .description('check configuration files without training')
    .argument('<config...>', 'JSON or YAML files')
    .option('--set <key=value>', 'override a key first, as run does (repeatable)', collect)
    .option('--json', 'print the findings, and the resolved configurations, as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gan-bench validate configs/*.json
  $ gan-bench validate configs/resnet20-gan.json --set optimizer.learningRate=5e-4 --set 'seeds=[1,2]'`,
    )
    .action(async (files: string[], { set, json = false }: Options) => {
      const checks = await Promise.all(files.map((file) => checkConfig(file, { set })));
      if (checks.some(({ config }) => config === undefined)) process.exitCode = 2;
      const findings = files.flatMap((file, index) => pair(file, checks[index]));
      if (json) console.log(JSON.stringify(findings.map(asJson), undefined, 2));
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
    console.log(`${file}: OK: ${summary(config)}`);
    return;
  }
  console.error(`${file}: ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}`);
  for (const problem of problems) console.error(`  ${formatProblem(problem)}`);
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
