import { z } from 'zod';

import { BACKEND_NAMES, MODEL_NAMES, PRECISIONS, RunConfigSchema } from '../config/index.js';
import { BASE_OPTIMIZERS, GRADIENT_TRANSFORMS, OptimizerSchema } from '../config/optimizer.js';
import { methodsOf } from '../plugin/methods.js';
import type { Workload } from '../bench/stepper.js';
import { countFrom, optionTexts } from '../support/options.js';
import { jsonOption } from './options.js';

const LARGEST_BATCH = 65_536;

const optimizerWord = z.string().refine((word) => OptimizerSchema.safeParse(optimizerKeys(word)).success);

export const modelOption = z
  .array(z.enum(MODEL_NAMES))
  .default(['resnet20'])
  .register(optionTexts, {
    flags: '--model <name...>',
    help: 'architectures',
    allowed: MODEL_NAMES.join(', '),
    words: MODEL_NAMES,
  });

export const batchSizeOption = z
  .array(countFrom(1).max(LARGEST_BATCH))
  .default([128])
  .register(optionTexts, {
    flags: '--batch-size <n...>',
    help: 'images per step',
    allowed: `whole numbers from 1 to ${LARGEST_BATCH}`,
  });

const precisionOption = z
  .array(z.enum(PRECISIONS))
  .default(['float32'])
  .register(optionTexts, {
    flags: '--precision <name...>',
    help: 'types of the activations',
    allowed: PRECISIONS.join(', '),
    words: PRECISIONS,
  });

/** The options of `gan-bench bench`, each declared once: values, default, help. Several values of a list are crossed. */
export const benchOptionsSchema = z.strictObject({
  model: modelOption,
  batchSize: batchSizeOption,
  optimizer: z
    .array(optimizerWord)
    .default(['gan'])
    .register(optionTexts, {
      flags: '--optimizer <name...>',
      help: 'adamw, zscore, gan, or <gradient>+<base> such as clip+sgd',
      allowed:
        'adamw, zscore, gan, or <gradient>+<base> such as clip+sgd ' +
        `(gradients: ${GRADIENT_TRANSFORMS.join(', ')}; bases: ${BASE_OPTIMIZERS.join(', ')})`,
      words: ['adamw', 'zscore', 'gan'],
    }),
  precision: precisionOption,
  backend: z
    .enum(BACKEND_NAMES)
    .default('auto')
    .register(optionTexts, {
      flags: '--backend <name>',
      help: 'engine that computes',
      allowed: BACKEND_NAMES.join(', '),
      words: BACKEND_NAMES,
    }),
  steps: countFrom(1).default(20).register(optionTexts, {
    flags: '--steps <n>',
    help: 'steps that are measured',
    allowed: 'a whole number of at least 1',
  }),
  warmup: countFrom(0).default(3).register(optionTexts, {
    flags: '--warmup <n>',
    help: 'steps before those',
    allowed: 'a whole number of at least 0',
  }),
  json: jsonOption('the measurements'),
});

export type BenchOptions = z.output<typeof benchOptionsSchema>;

/** What one row of the answer measures. */
export interface Combination {
  readonly model: BenchOptions['model'][number];
  readonly batchSize: number;
  /** As it was given: `gan`, `clip+sgd`. */
  readonly optimizer: string;
  readonly precision: BenchOptions['precision'][number];
}

/** Every model with every batch size, optimizer and precision, in the order in which they were given. */
export function combinationsOf(options: BenchOptions): Combination[] {
  return options.model.flatMap((model) =>
    options.batchSize.flatMap((batchSize) =>
      options.optimizer.flatMap((optimizer) =>
        options.precision.map((precision) => ({ model, batchSize, optimizer, precision })),
      ),
    ),
  );
}

/**
 * What is trained while it is measured.
 *
 * @param optimizer - Such as `gan` or `clip+sgd`; everything else has its default.
 */
export function workloadOf({
  model,
  batchSize,
  optimizer,
}: Pick<Combination, 'model' | 'batchSize' | 'optimizer'>): Workload {
  const config = RunConfigSchema.parse({ name: 'bench', model, optimizer: optimizerKeys(optimizer) });
  return { methods: methodsOf(config), batchSize, learningRate: config.optimizer.learningRate };
}

function optimizerKeys(word: string): unknown {
  const [gradient, base, ...more] = word.split('+');
  return base === undefined || more.length > 0 ? word : { gradient, base };
}
