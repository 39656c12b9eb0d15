import { z } from 'zod';
import { foreignSchema, optionsSchema } from './methods.js';

const factor = z.number().gt(0).max(1);

export const StepDecaySchema = z.strictObject({
  every: z.int().min(1).default(30).describe('Epochs between two decays, counted after the warm-up.'),
  factor: factor.default(0.75).describe('Multiplies the learning rate at each decay.'),
});

export const MultistepDecaySchema = z.strictObject({
  at: z
    .array(z.int().min(1))
    .min(1)
    .refine(isIncreasing, { error: 'a list of increasing whole numbers' })
    .describe('Epochs at which the learning rate decays, counted after the warm-up and increasing.'),
  factor: factor.default(0.1).describe('Multiplies the learning rate at each of them.'),
});

export const CosineDecaySchema = z.strictObject({
  minimum: z
    .number()
    .min(0)
    .default(0)
    .describe('Learning rate that the cosine would reach right after the last epoch.'),
});

/** How the learning rate falls after the warm-up: `constant`, or one kind of decay with its keys. */
const DecaySchema = z.union([
  z.literal('constant'),
  z.strictObject({
    step: StepDecaySchema.describe('Decay by a factor at equal intervals.'),
  }),
  z.strictObject({
    multistep: MultistepDecaySchema.describe('Decay by a factor at listed epochs.'),
  }),
  z.strictObject({
    cosine: CosineDecaySchema.describe(
      'Fall along half a cosine from the end of the warm-up to the end of the run.',
    ),
  }),
  foreignSchema,
  z.record(foreignSchema, optionsSchema).refine((kinds) => Object.keys(kinds).length === 1, {
    error: 'one kind of decay',
  }),
]);

/** The kind of a decay, and the values of its options. */
export function decayKind(decay: z.output<typeof DecaySchema>): {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
} {
  if (typeof decay === 'string') return { kind: decay, options: {} };
  const [kind = '', options = {}] = Object.entries<Record<string, unknown>>(decay)[0] ?? [];
  return { kind, options };
}

/** The learning rate over time; the default is the recipe of the presets. */
export const ScheduleSchema = z.strictObject({
  warmupEpochs: z
    .int()
    .min(0)
    .default(5)
    .describe('Length of the linear warm-up in epochs: epoch e of 0 … w−1 uses η·(e+1)/w; 0 is none.'),
  decay: DecaySchema.default({ step: { every: 30, factor: 0.75 } }).describe(
    'What the learning rate does after the warm-up; changed as a whole when its kind changes.',
  ),
});

function isIncreasing(epochs: readonly number[]): boolean {
  return epochs.every((epoch, index) => index === 0 || epoch > (epochs[index - 1] ?? Infinity));
}
