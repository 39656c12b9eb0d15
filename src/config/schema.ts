import { z } from 'zod';
import { DATASET_NAMES, datasetContradictions, datasetLabel, folderShape, sizesOf } from './dataset.js';
import { foreignSchema, identitySchema, optionsSchema, pluginsSchema } from './methods.js';
import { MODEL_NAMES, withModelDefaults } from './models.js';
import { OptimizerSchema } from './optimizer.js';
import { pathSchema } from './places.js';
import { decayKind, ScheduleSchema } from './schedule.js';
import { bestSchema, sharesContradiction, validationSchema } from './validation.js';

export const PRECISIONS = ['float32', 'bfloat16'] as const;
export const BACKEND_NAMES = ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
/** Seeds are unsigned 32-bit integers. */
export const LARGEST_SEED = 0xffffffff;

const DEFAULT_DATASET = 'cifar100';

const DatasetKeysSchema = z.strictObject({
  name: z
    .enum(DATASET_NAMES)
    .optional()
    .meta({ default: DEFAULT_DATASET })
    .describe(
      'Data set; cifar100-mini is embedded in the repository. Without a default where there is a `folder`.',
    ),
  ...folderShape,
  trainSamples: z
    .int()
    .min(1)
    .optional()
    .describe('Train on only this many images, class-balanced; without it on all of them.'),
  testSamples: z
    .int()
    .min(1)
    .optional()
    .describe('Evaluate on only this many images, class-balanced; without it on all of them.'),
  validation: validationSchema,
  shuffle: z.boolean().default(true).describe('Draw the training images in a new order each epoch.'),
  augmentation: z
    .enum(['crop-flip', 'none'])
    .default('crop-flip')
    .describe('crop-flip: random crop out of 4-pixel zero padding and random horizontal flip.'),
});

const DatasetSchema = DatasetKeysSchema.transform((keys): typeof keys => {
  const { name = DEFAULT_DATASET, ...others } = keys;
  return keys.folder === undefined ? { name, ...others } : keys;
});

const LossSchema = z.strictObject({
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Share of the target probability that is spread evenly over all classes.'),
});

const RegularizationSchema = z.strictObject({
  cutmix: z
    .number()
    .positive()
    .optional()
    .describe('CutMix with its ratio drawn from Beta(β, β): this is β.'),
  mixup: z.number().positive().optional().describe('Mixup with its ratio drawn from Beta(β, β): this is β.'),
});

const LogSchema = z.strictObject({
  everySteps: z.int().min(0).default(0).describe('Write a row to steps.csv every so many steps; 0 is never.'),
});

const CheckpointSchema = z.strictObject({
  everyEpochs: z.int().min(1).default(1).describe('Save a checkpoint every so many epochs.'),
  keep: z.int().min(1).default(2).describe('How many of the newest checkpoints to keep.'),
  best: bestSchema,
  initial: z.boolean().default(false).describe('Also save the untrained state.'),
});

/** What may name a folder of results. */
export const nameSchema = z.string().regex(/^(?!.*\.\.)[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?$/, {
  error:
    '1 to 100 letters, digits, "-", "_" and single inner dots, a letter or digit first (it names a folder)',
});

const seed = z.int().min(0).max(LARGEST_SEED);

export const seedsSchema = z
  .array(seed)
  .min(1)
  .refine((seeds) => new Set(seeds).size === seeds.length, {
    error: 'a list in which no seed occurs twice',
  })
  .meta({ uniqueItems: true });

export const outputSchema = pathSchema;

/** The keys of a configuration, in the order in which they are documented. */
const shape = {
  name: nameSchema.describe(
    'Names the folder of the results: letters, digits, `-`, `_` and inner dots. Without it, the name of the file less its extension.',
  ),
  plugins: pluginsSchema
    .optional()
    .describe(
      "Other people's methods: files, relative to this one, or names of npm packages. What they have is named `<plug-in>/<method>`.",
    ),
  model: z.union([z.enum(MODEL_NAMES), foreignSchema]).describe('Architecture, in its CIFAR form.'),
  modelOptions: optionsSchema
    .optional()
    .describe("What the model reads: a built-in one these keys, a plug-in's those that it says."),
  dataset: DatasetSchema.prefault({}).describe('What to train and evaluate on.'),
  optimizer: OptimizerSchema.prefault({}).describe(
    'One word for an optimizer of the benchmark (adamw, zscore or gan: it sets gradient and base), or these keys.',
  ),
  schedule: ScheduleSchema.prefault({}).describe('The learning rate over time.'),
  loss: LossSchema.prefault({}).describe('Softmax cross-entropy.'),
  regularization: RegularizationSchema.prefault({}).describe(
    'Mixing of training images; with both, each batch takes one of them at random.',
  ),
  epochs: z.int().min(1).default(200).describe('Passes over the training images.'),
  maxSteps: z
    .int()
    .min(1)
    .optional()
    .describe('Stop after this many steps in all, if the epochs are not over before.'),
  batchSize: z
    .int()
    .min(1)
    .default(256)
    .describe("Training images per step; an epoch's last, incomplete batch is dropped."),
  evalBatchSize: z
    .int()
    .min(1)
    .default(500)
    .describe('Images per evaluation batch; changes memory and speed only.'),
  seeds: seedsSchema.default([42]).describe('One run for each, in turn.'),
  backend: z
    .enum(BACKEND_NAMES)
    .default('auto')
    .describe(
      'Engine that computes; auto takes a GPU that works (CUDA, else WebGPU), else tensorflow where it loads, else wasm.',
    ),
  precision: z
    .enum(PRECISIONS)
    .default('float32')
    .describe(
      'Type of activations and of what convolutions multiply; weights, sums, statistics and loss are float32 in either. ' +
        'bfloat16 needs backend tensorflow and a processor with AVX512-BF16.',
    ),
  log: LogSchema.prefault({}).describe('What is recorded beyond one row an epoch.'),
  checkpoint: CheckpointSchema.prefault({}).describe(
    'When to save the state of a run, and how much of it to keep.',
  ),
  output: outputSchema
    .default('results')
    .describe('Folder for results: a run lands in `<output>/<name>/seed-<n>/`.'),
};

/** Keys that concern the file they stand in: not inherited, and no part of a configuration. */
const fileShape = {
  $schema: z.string().optional().describe('Where an editor finds the JSON Schema; otherwise ignored.'),
  extends: z
    .string()
    .min(1)
    .optional()
    .describe('Base file, relative to this one; this file overrides its keys one by one.'),
  abstract: z
    .boolean()
    .optional()
    .describe(
      'true for a base, which others extend and which need not be whole: it is checked, not run. Not inherited.',
    ),
};

export const FILE_KEYS: ReadonlySet<unknown> = new Set(Object.keys(fileShape));

/** A configuration file, before it is merged with what it extends. */
export const ConfigFileSchema = z.strictObject({ ...fileShape, ...shape });

/** Keys as they are written: every default filled in, and keys that contradict each other refused. */
export const WrittenConfigSchema = z.strictObject(shape).superRefine(refuseContradictions);

/** A whole configuration: the same, and of each plug-in that it uses what it is. */
export const RunConfigSchema = z
  .strictObject({ ...shape, plugins: z.array(identitySchema).optional() })
  .superRefine(refuseContradictions)
  .transform(withModelDefaults);

/** The keys of a whole configuration, with their defaults: nothing is required, and contradictions pass. */
export const UncheckedConfigSchema = z
  .strictObject(shape)
  .partial({ name: true, model: true })
  .transform(withModelDefaults);

/** Keys as they are written, every default filled in. */
export type WrittenConfig = z.output<typeof WrittenConfigSchema>;

/** A resolved configuration: every key has its value; the optional ones are absent where not in use. */
export type RunConfig = z.output<typeof RunConfigSchema>;

function refuseContradictions(config: WrittenConfig, context: z.RefinementCtx): void {
  for (const { path, message } of contradictions(config)) {
    context.addIssue({ code: 'custom', path, message });
  }
}

interface Contradiction {
  readonly path: string[];
  /** What is allowed, and why. */
  readonly message: string;
}

function contradictions(config: WrittenConfig): Contradiction[] {
  const { dataset, optimizer, schedule } = config;
  const sizes = sizesOf(dataset);
  const found: Contradiction[] = [];
  const refuse = (path: string, message: string) => found.push({ path: path.split('.'), message });

  for (const { key, message } of datasetContradictions(dataset)) refuse(key, message);
  const shares = sharesContradiction(config, sizes.train);
  if (shares !== undefined) refuse(...shares);
  if (config.checkpoint.best !== undefined && dataset.validation === undefined) {
    refuse('checkpoint.best', 'only with dataset.validation: say how many training images to hold out');
  }
  if ((dataset.testSamples ?? 0) > sizes.test) {
    refuse('dataset.testSamples', `at most ${sizes.test}, the test images of ${datasetLabel(dataset)}`);
  }
  if (config.precision === 'bfloat16' && !['auto', 'tensorflow'].includes(config.backend)) {
    refuse('precision', `float32 with backend ${config.backend}; bfloat16 needs backend tensorflow`);
  }
  if (optimizer.base === 'sgd' && optimizer.nesterov && optimizer.momentum === 0) {
    refuse('optimizer.nesterov', 'true only with a momentum above 0');
  }
  const { kind, options } = decayKind(schedule.decay);
  if (kind === 'cosine' && Number(options['minimum']) > optimizer.learningRate) {
    refuse(
      'schedule.decay.cosine.minimum',
      `at most optimizer.learningRate, which is ${optimizer.learningRate}`,
    );
  }
  return found;
}
