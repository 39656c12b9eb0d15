import { Command, InvalidArgumentError } from 'commander';

import { countElements, createModel, modelNames } from '../models/registry.js';
import type { ModelName } from '../models/registry.js';

interface ModelFlags {
  readonly classes: number;
  readonly json?: true;
}

/** `gan-bench models`: the architectures, their parameters and eligible tensors. */
export function modelsCommand(): Command {
  return new Command('models')
    .description('list the architectures with their parameters and eligible tensors')
    .option('--classes <n>', 'number of classes', parseClasses, 100)
    .option('--json', 'print the list as JSON, with the name and shape of every tensor')
    .addHelpText(
      'after',
      `
Eligible tensors are those that a gradient transform applies to: convolution and dense kernels.

Example:
  $ gan-bench models --json`,
    )
    .action(({ classes, json }: ModelFlags) => {
      const models = modelNames().map((name) => describeModel(name, classes));
      if (json === true) console.log(JSON.stringify(models, undefined, 2));
      else printTable(models);
    });
}

type Description = ReturnType<typeof describeModel>;

function describeModel(name: ModelName, classes: number) {
  const { parameters, buffers } = createModel(name, classes);
  const eligible = parameters.filter((parameter) => parameter.eligible);
  return {
    name,
    parameters: countElements(parameters),
    eligibleTensors: eligible.length,
    eligibleParameters: countElements(eligible),
    tensors: parameters.map((parameter) => ({ name: parameter.name, shape: parameter.shape })),
    buffers: buffers.map((buffer) => ({ name: buffer.name, shape: buffer.shape })),
  };
}

function printTable(models: readonly Description[]): void {
  const rows = models.map(({ name, parameters, eligibleTensors, eligibleParameters }) => [
    name,
    parameters.toLocaleString('en'),
    String(eligibleTensors),
    eligibleParameters.toLocaleString('en'),
  ]);
  const [nameHead, ...heads] = ['model', 'parameters', 'eligible tensors', 'eligible parameters'] as const;
  console.log([nameHead.padEnd(10), ...heads.map((head) => head.padStart(20))].join(''));
  for (const [name = '', ...numbers] of rows) {
    console.log([name.padEnd(10), ...numbers.map((number) => number.padStart(20))].join(''));
  }
}

function parseClasses(value: string): number {
  if (!/^[1-9]\d{0,4}$/.test(value))
    throw new InvalidArgumentError('Allowed: a whole number from 1 to 99999.');
  return Number(value);
}
