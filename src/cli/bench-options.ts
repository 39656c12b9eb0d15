import { Option } from 'commander';
import { z } from 'zod';

import { BACKEND_NAMES, MODEL_NAMES } from '../config/index.js';
import type { OptimizerConfig } from '../config/index.js';
import { nearest } from '../config/nearest.js';
import { BASE_OPTIMIZERS, GRADIENT_TRANSFORMS, OptimizerSchema } from '../config/optimizer.js';
import { UserError } from '../errors.js';

interface OptionText {
  readonly flags: string;
  readonly help: string;
  /** What a value may be, in words. */
  readonly allowed: string;
  /** Words that a misspelt value may have meant. */
  readonly words?: readonly string[];
}

const texts = z.registry<OptionText>();

const model = z.enum(MODEL_NAMES);
const batchSize = z.coerce.number().int().min(1).max(65_536);
const optimizer = z.string().refine((word) => OptimizerSchema.safeParse(optimizerKeys(word)).success);

/** The options of `gan-bench bench`, each declared once: values, default, help. Several values of a list are crossed. */
export const benchOptionsSchema = z.strictObject({
  model: z
    .array(model)
    .default(['resnet20'])
    .register(texts, {
      flags: '--model <name...>',
      help: 'architectures',
      allowed: MODEL_NAMES.join(', '),
      words: MODEL_NAMES,
    }),
  batchSize: z.array(batchSize).default([128]).register(texts, {
    flags: '--batch-size <n...>',
    help: 'images per step',
    allowed: 'whole numbers from 1 to 65536',
  }),
  optimizer: z
    .array(optimizer)
    .default(['gan'])
    .register(texts, {
      flags: '--optimizer <name...>',
      help: 'adamw, zscore, gan, or <gradient>+<base> such as clip+sgd',
      allowed:
        'adamw, zscore, gan, or <gradient>+<base> such as clip+sgd ' +
        `(gradients: ${GRADIENT_TRANSFORMS.join(', ')}; bases: ${BASE_OPTIMIZERS.join(', ')})`,
      words: ['adamw', 'zscore', 'gan'],
    }),
  backend: z
    .enum(BACKEND_NAMES)
    .default('auto')
    .register(texts, {
      flags: '--backend <name>',
      help: 'engine that computes',
      allowed: BACKEND_NAMES.join(', '),
      words: BACKEND_NAMES,
    }),
  steps: z.coerce.number().int().min(1).default(20).register(texts, {
    flags: '--steps <n>',
    help: 'steps that are measured',
    allowed: 'a whole number of at least 1',
  }),
  warmup: z.coerce.number().int().min(0).default(3).register(texts, {
    flags: '--warmup <n>',
    help: 'steps before those',
    allowed: 'a whole number of at least 0',
  }),
});

export type BenchOptions = z.output<typeof benchOptionsSchema>;

/** What one row of the answer measures. */
export interface Combination {
  readonly model: BenchOptions['model'][number];
  readonly batchSize: number;
  /** As it was given: `gan`, `clip+sgd`. */
  readonly optimizer: string;
}

/** The options for commander. Values stay text here: {@link parseBenchOptions} reads them. */
export function benchOptions(): Option[] {
  return Object.values(benchOptionsSchema.shape).map((schema) => {
    const { flags, help } = textOf(schema);
    const start: unknown = schema.parse(undefined);
    return new Option(flags, `${help} (default: ${[start].flat().join(' ')})`);
  });
}

/** @throws UserError `usage` naming the option, what was found and what is allowed */
export function parseBenchOptions(raw: Readonly<Record<string, unknown>>): BenchOptions {
  const given = Object.keys(benchOptionsSchema.shape).map((name) => [name, raw[name]]);
  const result = benchOptionsSchema.safeParse(Object.fromEntries(given));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refusal(issue?.path ?? [], raw);
}

/** Every model with every batch size with every optimizer, in the order in which they were given. */
export function combinationsOf(options: BenchOptions): Combination[] {
  return options.model.flatMap((model) =>
    options.batchSize.flatMap((batchSize) =>
      options.optimizer.map((optimizer) => ({ model, batchSize, optimizer })),
    ),
  );
}

/** The settings that a word such as `gan` or `clip+sgd` stands for; everything else has its default. */
export function optimizerSettings(word: string): OptimizerConfig {
  return OptimizerSchema.parse(optimizerKeys(word));
}

function optimizerKeys(word: string): unknown {
  const [gradient, base, ...more] = word.split('+');
  return base === undefined || more.length > 0 ? word : { gradient, base };
}

function refusal([name, index]: readonly PropertyKey[], raw: Readonly<Record<string, unknown>>): UserError {
  const schema = Object.entries(benchOptionsSchema.shape).find(([key]) => key === name)?.[1];
  if (schema === undefined) throw new Error(`an issue with ${String(name)}, which is no option`);
  const { flags, allowed, words = [] } = textOf(schema);
  const values: unknown = raw[String(name)];
  const found: unknown = Array.isArray(values) && typeof index === 'number' ? values[index] : values;
  const suggestion = nearest(String(found), words);
  const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
  const flag = flags.split(' ')[0] ?? flags;
  return new UserError('usage', `${flag}: found ${JSON.stringify(found)}; allowed: ${allowed}${hint}`);
}

function textOf(schema: z.ZodType): OptionText {
  const text = texts.get(schema);
  if (text === undefined) throw new Error('an option of bench has no help text');
  return text;
}
