import { expect } from 'vitest';

/** A deviation is allowed up to absolute + relative · |expected|. */
export interface Tolerance {
  readonly relative?: number;
  readonly absolute?: number;
}

/** Every element is near its own expected value. The default tolerance is a few roundings of float32. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative = 1e-6, absolute = 1e-6 }: Tolerance = {},
): void {
  expectWithin(actual, expected, (value) => absolute + relative * Math.abs(value));
}

/**
 * Every element is near its expected value, measured by the largest of all expected values: the fair measure for
 * sums such as gradients, whose small elements are differences of large terms.
 */
export function expectCloseToLargest(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative = 1e-5, absolute = 1e-7 }: Tolerance = {},
): void {
  const largest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expectWithin(actual, expected, () => absolute + relative * largest);
}

/** Euclidean norm of the difference, over that of the expected values. */
export function relativeDistance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const values = Array.from(expected);
  const difference = values.map((value, index) => value - (actual[index] ?? NaN));
  return norm(difference) / norm(values);
}

/** Cosine of the angle between two vectors. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const values = Array.from(a);
  return values.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0) / (norm(values) * norm(b));
}

function norm(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));
}

function expectWithin(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  allowed: (expected: number) => number,
): void {
  expect(actual.length, 'number of elements').toBe(expected.length);
  const wrong = Array.from(expected, (value, index) => {
    const found = actual[index] ?? NaN;
    const limit = allowed(value);
    // NaN fits nothing, and an infinity only itself.
    return Object.is(found, value) || Math.abs(found - value) <= limit
      ? undefined
      : `element ${index}: ${found} instead of ${value} ± ${limit}`;
  }).filter((problem) => problem !== undefined);
  expect(wrong.slice(0, 5), `${wrong.length} of ${expected.length} elements deviate`).toEqual([]);
}
