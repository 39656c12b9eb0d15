import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { z } from 'zod';

/** The numbers of scripts/statistics/make_fixtures.py in a file, as `schema` has them. */
export function fixture<Schema extends z.ZodType>(name: string, schema: Schema): z.output<Schema> {
  const file = join(import.meta.dirname, 'fixtures', `${name}.json`);
  return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Expects a number to be another up to rounding: relative to its size, or absolute below 1. */
export function expectNear(actual: number | undefined, expected: number, tolerance = 1e-9): void {
  if (actual === undefined) throw new Error(`expected ${expected}, found nothing`);
  if (actual === expected) return;
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
  expect(error, `${actual} is not near ${expected}`).toBeLessThan(tolerance);
}

/** Expects a number to have the leading digits of another, however small they are. */
export function expectRelative(actual: number, expected: number, tolerance: number): void {
  const error = actual === expected ? 0 : Math.abs(actual / expected - 1);
  expect(error, `${actual} has not the digits of ${expected}`).toBeLessThan(tolerance);
}
