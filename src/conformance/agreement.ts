import type { CheckResult } from './checks.js';
import type { MethodReport } from './suite.js';

/** How far two backends may be apart, as a share of the largest value: they add up in different orders. */
export const TOLERANCE = 1e-3;

/** What came of a plug-in's checks on one backend. */
export interface BackendReport {
  readonly backend: string;
  readonly methods: readonly MethodReport[];
}

/** Whether each method computes on every backend what it does on the first. */
export function agreement([first, ...others]: readonly BackendReport[]): Map<string, CheckResult> {
  const results = new Map<string, CheckResult>();
  for (const { name, word, sample } of first?.methods ?? []) {
    if (sample.length === 0 || others.length === 0) continue;
    const names = [first, ...others].map((report) => report?.backend ?? '');
    const problems = others.flatMap(({ backend, methods }) => {
      const other = methods.find((method) => method.name === name && method.word === word);
      const apart = distance(sample, other?.sample ?? []);
      return apart <= TOLERANCE
        ? []
        : [`${names[0] ?? ''} and ${backend} are ${apart} of the largest value apart`];
    });
    const check = `${names.join(' and ')} agree within ${TOLERANCE}`;
    results.set(
      keyOf(word, name),
      problems.length === 0 ? { check } : { check, problem: problems.join('; ') },
    );
  }
  return results;
}

/** Tells the methods of a plug-in apart. */
export function keyOf(word: string, name: string): string {
  return `${word} ${name}`;
}

/** The largest difference, as a share of the largest value of the first. */
export function distance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0);
  return difference === 0 ? 0 : difference / largest;
}
