import { Command } from 'commander';
import { z } from 'zod';

import { DATASETS } from '../data/formats.js';
import { countElements, createModel, modelNames } from '../models/registry.js';
import type { ModelName } from '../models/registry.js';
import { addOptions, countFrom, optionTexts, parseOptions } from '../support/options.js';
import type { RawOptions } from '../support/options.js';
import { jsonOption } from './options.js';
import { output } from './output.js';
import { alignColumns } from '../support/table.js';

const MOST_CLASSES = 99_999;

const modelsOptionsSchema = z.strictObject({
  classes: countFrom(1)
    .max(MOST_CLASSES)
    .default(100)
    .register(optionTexts, {
      flags: '--classes <n>',
      help: 'number of classes',
      allowed: `a whole number from 1 to ${MOST_CLASSES}`,
    }),
  json: jsonOption('the list, with the name and shape of every tensor,'),
});

/** `gan-bench models`: the architectures, their parameters and eligible tensors. */
export function modelsCommand(): Command {
  const command = new Command('models').description(
    'list the architectures with their parameters and eligible tensors',
  );
  return addOptions(command, modelsOptionsSchema)
    .addHelpText(
      'after',
      `
Eligible tensors are those that a gradient transform applies to: convolution and dense kernels. (With
optimizer.eligible: all in a configuration it is all tensors.)

Example:
  $ gan-bench models --json`,
    )
    .action((raw: RawOptions) => {
      const { classes, json } = parseOptions(modelsOptionsSchema, raw);
      const models = modelNames().map((name) => describeModel(name, classes));
      if (json) output.printJson(models);
      else output.print(tableOf(models).join('\n'));
    });
}

type Description = ReturnType<typeof describeModel>;

function describeModel(name: ModelName, classes: number) {
  const { parameters, buffers } = createModel(name, { image: DATASETS.cifar100.image, classes });
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

function tableOf(models: readonly Description[]): string[] {
  const rows = models.map(({ name, parameters, eligibleTensors, eligibleParameters }) => [
    name,
    parameters.toLocaleString('en'),
    String(eligibleTensors),
    eligibleParameters.toLocaleString('en'),
  ]);
  return alignColumns([['model', 'parameters', 'eligible tensors', 'eligible parameters'], ...rows]);
}
