// What each kernel of a training step on WebGPU has to do and, where the device tells, how long it takes: for whoever
// tunes them. `node kernels.js --help`
import process from 'node:process';

import { z } from 'zod';

import { Stepper } from '../../src/bench/stepper.js';
import { workloadOf } from '../../src/cli/bench-options.js';
import { MODEL_NAMES } from '../../src/config/index.js';
import { loadDataset } from '../../src/data/cifar.js';
import { countFrom, optionTexts } from '../../src/support/options.js';
import { packageFolder } from '../../src/support/package.js';
import { openEngine } from '../../src/tensor/backend.js';
import { readScriptOptions, reportFailure } from '../support/script.js';
import { dispatchesOf, type TimedDispatch } from './dispatches.js';
import { kernelRows, kernelTable } from './kernel-table.js';

const wholeNumber = 'a whole number of at least 1';

const optionsSchema = z.strictObject({
  model: z
    .enum(MODEL_NAMES)
    .default('resnet20')
    .register(optionTexts, {
      ...{ flags: '--model <name>', help: 'architecture', allowed: MODEL_NAMES.join(', ') },
      words: MODEL_NAMES,
    }),
  batchSize: countFrom(1)
    .default(128)
    .register(optionTexts, { flags: '--batch-size <n>', help: 'images per step', allowed: wholeNumber }),
  optimizer: z
    .string()
    .default('gan')
    .register(optionTexts, {
      ...{ flags: '--optimizer <name>', help: 'such as gan, adamw or clip+sgd', allowed: 'an optimizer' },
    }),
  steps: countFrom(1)
    .default(5)
    .register(optionTexts, { flags: '--steps <n>', help: 'steps that are timed', allowed: wholeNumber }),
});

async function main(): Promise<void> {
  const description = 'Measure the kernels of a training step on WebGPU.';
  const options = readScriptOptions(process.argv.slice(2), optionsSchema, { name: 'kernels', description });
  const engine = await openEngine({ backend: 'webgpu' });
  const dataset = await loadDataset({ name: 'cifar100-mini', directory: packageFolder() });
  const stepper = new Stepper(engine, dataset, workloadOf(options));
  // Texts are compiled, and buffers come to be.
  await stepper.step();
  const steps: TimedDispatch[][] = [];
  for (let done = 0; done < options.steps; done++) steps.push(await dispatchesOf(() => stepper.step()));
  const { model, batchSize, optimizer } = options;
  console.log(
    `${model}, batch ${batchSize}, ${optimizer}, on ${engine.info.devices.join(', ')}, ${engine.info.library}\n`,
  );
  console.log(kernelTable(kernelRows(steps)));
}

try {
  await main();
} catch (error) {
  reportFailure('kernels', error);
}
