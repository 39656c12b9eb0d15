import path from 'node:path';

import { z } from 'zod';

import { DATASET_NAMES, MODEL_NAMES } from '../../src/config/index.js';
import { countFrom, optionTexts } from '../../src/support/options.js';

const wholeNumber = 'a whole number of at least 1';

export const runOptionsSchema = z.strictObject({
  model: z
    .enum(MODEL_NAMES)
    .default('resnet20')
    .register(optionTexts, {
      flags: '--model <name>',
      help: 'architecture',
      allowed: MODEL_NAMES.join(', '),
      words: MODEL_NAMES,
    }),
  batchSize: countFrom(1)
    .default(128)
    .register(optionTexts, { flags: '--batch-size <n>', help: 'images per step', allowed: wholeNumber }),
  rounds: countFrom(1).default(5).register(optionTexts, {
    flags: '--rounds <n>',
    help: 'pairs of runs and step measurements',
    allowed: wholeNumber,
  }),
  epochs: countFrom(2).default(6).register(optionTexts, {
    flags: '--epochs <n>',
    help: 'epochs of a run; the first is not counted',
    allowed: 'a whole number of at least 2',
  }),
  memoryEpochs: countFrom(3).default(20).register(optionTexts, {
    flags: '--memory-epochs <n>',
    help: 'epochs of the run whose memory is watched',
    allowed: 'a whole number of at least 3',
  }),
  dataset: z
    .enum(DATASET_NAMES)
    .default('cifar100-mini')
    .register(optionTexts, {
      flags: '--dataset <name>',
      help: 'what the runs train on',
      allowed: DATASET_NAMES.join(', '),
      words: DATASET_NAMES,
    }),
  trainSamples: countFrom(1).optional().register(optionTexts, {
    flags: '--train-samples <n>',
    help: 'train on so many images only',
    allowed: wholeNumber,
  }),
  dataDir: z
    .string()
    .min(1)
    .default(process.env['GAN_BENCH_DATA'] ?? 'data')
    .transform((folder) => path.resolve(folder))
    .register(optionTexts, {
      flags: '--data-dir <path>',
      help: 'the data folder, else $GAN_BENCH_DATA',
      allowed: 'a path',
    }),
  out: z
    .string()
    .min(1)
    .default('results/bench-run')
    .register(optionTexts, { flags: '--out <folder>', help: 'where the report goes', allowed: 'a path' }),
});

export type RunOptions = z.output<typeof runOptionsSchema>;
