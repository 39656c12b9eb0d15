import { sum } from 'd3-array';

import { medianOf } from '../../src/bench/measurement.js';
import { table } from '../support/markdown.js';
import type { TimedDispatch } from './dispatches.js';

/** Dispatches of one kernel on one problem, of one step. */
export interface KernelRow {
  readonly kernel: string;
  readonly problem: string;
  readonly dispatches: number;
  /** Of all of them together. */
  readonly bytes: number;
  readonly operations: number | undefined;
  /** Of all of them together, median over the steps. */
  readonly milliseconds: number | undefined;
}

/** @param steps - The dispatches of each step; every step has the same ones. @returns rows, the longest first */
export function kernelRows(steps: readonly (readonly TimedDispatch[])[]): KernelRow[] {
  const [first = []] = steps;
  const groups = new Map<string, number[]>();
  for (const [index, { kernel, problem }] of first.entries()) {
    const key = `${kernel} ${problem}`;
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  const rows = [...groups.values()].flatMap((indices) => rowOf(steps, indices) ?? []);
  return rows.sort((a, b) => costOf(b) - costOf(a));
}

function rowOf(
  steps: readonly (readonly TimedDispatch[])[],
  indices: readonly number[],
): KernelRow | undefined {
  const of = (step: readonly TimedDispatch[]) => indices.flatMap((index) => step[index] ?? []);
  const dispatches = of(steps[0] ?? []);
  const [one] = dispatches;
  if (one === undefined) return undefined;
  const times = steps.flatMap((step) => sumOf(of(step).map(({ milliseconds }) => milliseconds)) ?? []);
  return {
    kernel: one.kernel,
    problem: one.problem,
    dispatches: dispatches.length,
    bytes: sum(dispatches, ({ bytes }) => bytes),
    operations: sumOf(dispatches.map(({ operations }) => operations)),
    milliseconds: times.length === steps.length ? medianOf(times) : undefined,
  };
}

/** Undefined where one of them is. */
function sumOf(values: readonly (number | undefined)[]): number | undefined {
  return values.includes(undefined) ? undefined : sum(values);
}

function costOf({ milliseconds, bytes }: KernelRow): number {
  return milliseconds ?? bytes;
}

/** In Markdown, with a line of sums. Without times their columns are left out. */
export function kernelTable(rows: readonly KernelRow[]): string {
  const areTimed = rows.every(({ milliseconds }) => milliseconds !== undefined);
  const heads = ['kernel', 'of', 'dispatches', 'MB', 'MFLOP', 'FLOP a byte'];
  const timed = ['ms', 'GB/s', 'GFLOP/s'];
  const all = {
    kernel: 'all',
    problem: '',
    dispatches: sum(rows, ({ dispatches }) => dispatches),
    bytes: sum(rows, ({ bytes }) => bytes),
    operations: sum(rows, ({ operations = 0 }) => operations),
    milliseconds: sumOf(rows.map(({ milliseconds }) => milliseconds)),
  };
  const lines = [...rows, all].map((row) => cellsOf(row, areTimed));
  return table(areTimed ? [...heads, ...timed] : heads, lines).join('\n');
}

function cellsOf(
  { kernel, problem, dispatches, bytes, operations, milliseconds }: KernelRow,
  areTimed: boolean,
): string[] {
  const counted = [
    ...[kernel, problem, String(dispatches), digits(bytes / 1e6)],
    ...[operations === undefined ? '' : digits(operations / 1e6)],
    ...[operations === undefined ? '' : digits(operations / bytes)],
  ];
  if (!areTimed || milliseconds === undefined) return counted;
  const perMillisecond = (value: number) => digits(value / milliseconds / 1e6);
  return [
    ...counted,
    ...[digits(milliseconds), perMillisecond(bytes)],
    ...[operations === undefined ? '' : perMillisecond(operations)],
  ];
}

/** Three of them, as far as they say something. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
