import { z } from 'zod';
import { choice } from './choices.js';
import { foreignSchema, optionsSchema } from './methods.js';

const decayRate = z.number().min(0).lt(1);

const GanSchema = z.strictObject({
  center: z.boolean().default(true).describe("Stage 1: subtract each eligible tensor's mean gradient."),
  autoscale: z
    .boolean()
    .default(true)
    .describe('Stage 2: multiply by the one global factor α, derived from the global gradient std.'),
  adaptiveExponent: z
    .boolean()
    .default(true)
    .describe("Derive α's exponent from the first iteration; off fixes it at 1."),
});

/** What adamw and adam read. */
export const adamKeys = {
  beta1: decayRate.default(0.9).describe('Decay rate of the first moment (adamw, adam).'),
  beta2: decayRate.default(0.999).describe('Decay rate of the second moment (adamw, adam).'),
  epsilon: z
    .number()
    .positive()
    .default(1e-8)
    .describe('Added to the root of the second moment (adamw, adam).'),
};

/** What sgd reads. */
export const sgdKeys = {
  momentum: decayRate.default(0.9).describe('Momentum (sgd).'),
  nesterov: z.boolean().default(false).describe('Nesterov momentum (sgd).'),
};

/** What the clip transform reads. */
export const clipKeys = {
  clipNorm: z
    .number()
    .positive()
    .default(1)
    .describe('Largest global gradient norm that the clip transform lets through.'),
};

/** What the gan transform reads. */
export const ganKeys = { gan: GanSchema.prefault({}).describe('Ablation switches of the gan transform.') };

/**
 * What may be done to the gradient before the base optimizer sees it, by name, and the keys that only it reads. What
 * `src/optim/registry.ts` has under the same name does it.
 */
const transforms = choice('none', {})
  .or('zscore', {})
  .or('centralize', {})
  .or('clip', clipKeys)
  .or('gan', ganKeys);

/** The rules that turn the transformed gradient into an update, likewise. */
const bases = choice('adamw', adamKeys).or('adam', adamKeys).or('sgd', sgdKeys);

export const GRADIENT_TRANSFORMS = transforms.names;
export const BASE_OPTIMIZERS = bases.names;

/** One word for the three optimizers that the benchmark compares; each stands for the keys `gradient` and `base`. */
const OPTIMIZER_SHORTHANDS = {
  adamw: { gradient: 'none', base: 'adamw' },
  zscore: { gradient: 'zscore', base: 'adamw' },
  gan: { gradient: 'gan', base: 'adamw' },
} as const;

const OptimizerObjectSchema = z.strictObject({
  gradient: z
    .union([z.enum(GRADIENT_TRANSFORMS), foreignSchema])
    .default('none')
    .describe('Gradient transform, applied before the base optimizer.'),
  eligible: z
    .enum(['matrices', 'all'])
    .default('matrices')
    .describe(
      'Tensors that the gradient transform applies to and gradients.csv measures: matrices (two axes and more: kernels and position ' +
        "embeddings; a plug-in's model says which), which is our reading, or all that are trained.",
    ),
  base: z
    .union([z.enum(BASE_OPTIMIZERS), foreignSchema])
    .default('adamw')
    .describe('Base optimizer.'),
  learningRate: z
    .number()
    .positive()
    .default(1e-3)
    .describe('Learning rate η after the warm-up and before any decay.'),
  weightDecay: z
    .number()
    .min(0)
    .default(5e-5)
    .describe('Weight decay λ, on all tensors: decoupled in adamw, coupled (L2) in adam and sgd.'),
  ...bases.keys,
  ...transforms.keys,
  options: optionsSchema
    .optional()
    .describe("What a plug-in's transform and base optimizer read; they say which keys there are."),
});

const shorthandNames = ['adamw', 'zscore', 'gan'] as const satisfies (keyof typeof OPTIMIZER_SHORTHANDS)[];

/** The optimizer of a run: one word for a compared optimizer, or every key; always resolved to the keys. */
export const OptimizerSchema = z.union([
  z.enum(shorthandNames).transform((word) => OptimizerObjectSchema.parse(OPTIMIZER_SHORTHANDS[word])),
  OptimizerObjectSchema,
]);

/** An optimizer with every key resolved. */
export type OptimizerConfig = z.output<typeof OptimizerSchema>;

/** The keys that an optimizer has and does not read, such as `momentum` beside adamw. */
export function unreadKeys({ gradient, base }: Pick<OptimizerConfig, 'gradient' | 'base'>): string[] {
  return [...transforms.unread(gradient), ...bases.unread(base)];
}

/**
 * Replaces a known shorthand by the keys it stands for, so that it can be merged key by key; anything else is returned as it is.
 */
export function expandOptimizer(value: unknown): unknown {
  const word = shorthandNames.find((name) => name === value);
  return word === undefined ? value : { ...OPTIMIZER_SHORTHANDS[word] };
}
