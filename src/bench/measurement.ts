import { median, quantile } from 'd3-array';
import { z } from 'zod';

import { MEASURED_PHASES } from './phase-clock.js';

/** Of a list of numbers; quartiles are interpolated linearly (R's type 7). */
export const spreadSchema = z.strictObject({
  min: z.number(),
  lowerQuartile: z.number(),
  median: z.number(),
  upperQuartile: z.number(),
});

/** What was measured of one workload. Steps are full training steps; times are wall-clock. */
export const measurementSchema = z.strictObject({
  steps: z.int().min(1),
  warmup: z.int().min(0),
  stepMilliseconds: spreadSchema,
  /** At the median step. */
  imagesPerSecond: z.number(),
  phases: z.array(
    z.strictObject({
      phase: z.enum(MEASURED_PHASES),
      medianMilliseconds: z.number(),
      /** Of the time of all measured steps; the shares of a row add up to 1. */
      share: z.number(),
    }),
  ),
  /** Counted, in billions: see countFlops. */
  gflopPerStep: z.number(),
  /** At the median step. */
  gflopPerSecond: z.number(),
  /** A float32 product of two square matrices, one after each measured step. */
  matMul: z.strictObject({ size: z.int(), milliseconds: spreadSchema, gflopPerSecond: z.number() }),
  /** What a step asks of the engine's operations, and at what rate at the median step; absent where that is not counted: see Engine.trafficOf. */
  traffic: z
    .strictObject({ operations: z.int(), gigabytes: z.number(), gigabytesPerSecond: z.number() })
    .optional(),
  /** Sums of a large vector, after the last step: what the memory gives to who reads. */
  vectorSum: z.strictObject({ bytes: z.int(), milliseconds: spreadSchema, gigabytesPerSecond: z.number() }),
  /** Pages that the system had to provide, a step: mean of the measured steps. */
  pageFaultsPerStep: z.number(),
  /** Anonymous memory in huge pages after the last step; absent where the system does not tell. */
  hugePageBytes: z.int().optional(),
  /** Tensors alive after the first and the last measured step: equal unless steps leave some behind. */
  liveTensors: z.strictObject({ afterFirst: z.int(), afterLast: z.int() }),
  /** Of the machine's processor time while this was measured: what other processes had, 0 to 1. */
  othersShare: z.number(),
  /** The most memory that the process has held by the end of the steps, start-up and matrix products included. */
  peakRssBytes: z.int(),
});

export type Spread = z.output<typeof spreadSchema>;
export type Measurement = z.output<typeof measurementSchema>;

/** @throws RangeError for an empty list */
export function spreadOf(values: readonly number[]): Spread {
  const at = (p: number) => quantile(values, p) ?? noValues();
  return { min: at(0), lowerQuartile: at(0.25), median: medianOf(values), upperQuartile: at(0.75) };
}

/** @throws RangeError for an empty list */
export function medianOf(values: readonly number[]): number {
  return median(values) ?? noValues();
}

function noValues(): never {
  throw new RangeError('an empty list has no median');
}
