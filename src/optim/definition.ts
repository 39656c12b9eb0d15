import { z } from 'zod';

import type { GradientOperations } from '../tensor/engine.js';

/** A number that a method tells of each step. */
export interface ReportSpec {
  /** Its column in steps.csv and metrics.csv: snake_case, after the method's own name or idea. */
  readonly name: string;
  /** Unit or range, for the documentation; empty for a plain number. */
  readonly unit: string;
  /** What it is and when it is absent, for the documentation. */
  readonly meaning: string;
  /** What metrics.csv has of an epoch's steps: their mean, or the value of the last one. */
  readonly ofEpoch: 'mean' | 'last';
}

/** What a transform or a base optimizer is before there is a network: how `Made` is made. */
export interface Definition<Made, Shape extends z.ZodRawShape = z.ZodRawShape> {
  /** The keys of the configuration that it reads, with their defaults and descriptions. */
  readonly options: z.ZodObject<Shape>;
  /** Everything that it may report. */
  readonly reports: readonly ReportSpec[];
  /** @param engine - Operations beyond elementwise arithmetic, which comes from tfjs-core. */
  create(options: z.output<z.ZodObject<Shape>>, engine: GradientOperations): Made;
}

/** Of a method that reads no keys. */
export const NO_OPTIONS = z.strictObject({});
