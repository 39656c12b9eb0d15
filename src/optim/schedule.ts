import type { z } from 'zod';

import { CosineDecaySchema, MultistepDecaySchema, StepDecaySchema } from '../config/schedule.js';
import { NO_OPTIONS } from './definition.js';

/** Where a learning rate is asked for; epochs are counted from the end of the warm-up. */
export interface DecayPlace {
  /** η, the rate right after the warm-up. */
  readonly learningRate: number;
  /** 0-based. */
  readonly epoch: number;
  /** From the warm-up to the end of the run, 1 at least. */
  readonly epochs: number;
}

/** The learning rate of a whole epoch. */
export type Decay = (place: DecayPlace) => number;

/** What a decay is before its options are known. */
export interface ScheduleDefinition<Shape extends z.ZodRawShape = z.ZodRawShape> {
  /** The keys of the configuration that it reads, with their defaults and descriptions. */
  readonly options: z.ZodObject<Shape>;
  create(options: z.output<z.ZodObject<Shape>>): Decay;
}

/** A decay, which knows the types of its options. */
export function defineSchedule<Shape extends z.ZodRawShape>(
  definition: ScheduleDefinition<Shape>,
): ScheduleDefinition<Shape> {
  return definition;
}

const constant = defineSchedule({
  options: NO_OPTIONS,
  create:
    () =>
    ({ learningRate }) =>
      learningRate,
});

/** η·f^⌊k/every⌋ */
const step = defineSchedule({
  options: StepDecaySchema,
  create:
    ({ every, factor }) =>
    ({ learningRate, epoch }) =>
      learningRate * factor ** Math.floor(epoch / every),
});

/** η·f^(number of milestones ≤ k) */
const multistep = defineSchedule({
  options: MultistepDecaySchema,
  create:
    ({ at, factor }) =>
    ({ learningRate, epoch }) =>
      learningRate * factor ** at.filter((milestone) => milestone <= epoch).length,
});

/** From η to the minimum along half a cosine (Loshchilov and Hutter, arXiv 1608.03983). */
const cosine = defineSchedule({
  options: CosineDecaySchema,
  create:
    ({ minimum }) =>
    ({ learningRate, epoch, epochs }) =>
      minimum + ((learningRate - minimum) * (1 + Math.cos(Math.PI * (epoch / epochs)))) / 2,
});

/** Every built-in decay by the name that the configuration has for it. */
export const schedules = { constant, step, multistep, cosine };

export interface Schedule {
  readonly warmupEpochs: number;
  readonly decay: Decay;
}

/**
 * Learning rate of a whole epoch, by steps of one epoch. Warm-up: epoch e of 0 … w − 1 uses η·(e + 1)/w (Goyal et al.
 * 2017, arXiv 1706.02677). Afterwards the decay says.
 *
 * @param epoch 0-based
 * @param epochs length of the whole run
 */
export function learningRateAt(
  learningRate: number,
  { warmupEpochs, decay }: Schedule,
  epoch: number,
  epochs: number,
): number {
  if (epoch < warmupEpochs) return (learningRate * (epoch + 1)) / warmupEpochs;
  return decay({
    learningRate,
    epoch: epoch - warmupEpochs,
    epochs: Math.max(epochs - warmupEpochs, 1),
  });
}
