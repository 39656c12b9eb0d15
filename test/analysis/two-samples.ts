import { z } from 'zod';
import type { Pair } from '../../src/analysis/pairs.js';
import { pairBySeed } from '../../src/analysis/pairs.js';
import { fixture } from './fixtures.js';

const interval = z.tuple([z.number(), z.number()]);
export const testSchema = z.object({
  t: z.number(),
  degreesOfFreedom: z.number(),
  p: z.number(),
  interval95: interval,
  interval90: interval,
});
const caseSchema = z.object({
  a: z.array(z.number()),
  b: z.array(z.number()),
  mean: z.number(),
  std: z.number(),
  paired: testSchema,
  welch: testSchema,
  equivalence: z.number(),
  signFlip: z.number().nullable(),
  correlation: z.number(),
  superiority: z.number(),
});

/** Pairs of 2 to 30 seeds, with what SciPy and statsmodels say of them. */
export const { margin, cases } = fixture(
  'two-samples',
  z.object({ margin: z.number(), cases: z.array(caseSchema) }),
);

/** Values of the seeds 1, 2, … */
export function sampleOf(values: readonly number[]): Map<number, number> {
  return new Map(values.map((value, index) => [index + 1, value]));
}

export function pairsOf(a: readonly number[], b: readonly number[]): Pair[] {
  return pairBySeed(sampleOf(a), sampleOf(b));
}

/** Pairs with these differences: A has them, B has 0. */
export function pairsWith(differences: readonly number[]): Pair[] {
  return pairsOf(
    differences,
    differences.map(() => 0),
  );
}

/** Extra hours of sleep of ten patients under two drugs (Student 1908; R's data set `sleep`). */
export const sleep = {
  first: [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2],
  second: [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
};

/** Differences in height of Darwin's fifteen pairs of maize, in eighths of an inch (Fisher 1935, §17). */
export const darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
