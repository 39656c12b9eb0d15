import { z } from 'zod';

import type { EstimateRow } from '../bench/estimate-rows.js';
import { runMeasurementSchema } from '../bench/run-measurement.js';
import { datasetLabel } from '../config/index.js';
import { count, formatBytes, formatDuration, percent, printable } from '../support/text.js';
import { output } from './output.js';
import { alignColumns } from '../support/table.js';

const secondsSchema = z.strictObject({ low: z.number(), expected: z.number(), high: z.number() });

/** What `gan-bench estimate --json` prints. All of it is estimated but `measured` and `machine`. */
export const estimateReportSchema = z.strictObject({
  /** Runs that are left. */
  runs: z.int(),
  /** Runs that are finished; they are not in the estimate. */
  finished: z.int(),
  /** Runs of one kind and length. */
  rows: z.array(
    z.strictObject({
      names: z.array(z.string()),
      model: z.string(),
      dataset: z.string(),
      batchSize: z.int(),
      optimizer: z.string(),
      precision: z.string(),
      /** Of each run: steps that are left, time, memory. */
      steps: z.int(),
      seconds: secondsSchema,
      memoryBytes: z.number(),
      measured: runMeasurementSchema,
    }),
  ),
  whole: z.strictObject({
    workers: z.int(),
    /** Of each worker; null: as many as there are processors. */
    threads: z.int().nullable(),
    /** Until the last run is done; low and high: if each step took the lower or upper quartile. */
    seconds: secondsSchema,
    workerMemoryBytes: z.number(),
    memoryBytes: z.number(),
    checkpointBytes: z.number(),
    csvBytes: z.number(),
    /** The most at a time: one checkpoint more for each worker. */
    diskBytes: z.number(),
  }),
  machine: z.strictObject({ memoryBytes: z.number(), freeDiskBytes: z.number() }),
  /** The folder of the results. */
  directory: z.string(),
  warnings: z.array(z.string()),
});

export type EstimateReport = z.output<typeof estimateReportSchema>;

/** A row of the report. */
export function reportRow({ config, names, measured, run }: EstimateRow): EstimateReport['rows'][number] {
  const { model, dataset, batchSize, optimizer, precision } = config;
  const transform = optimizer.gradient === 'none' ? '' : `${optimizer.gradient} + `;
  return {
    ...{ names: [...names], model, dataset: datasetLabel(dataset), batchSize, precision },
    optimizer: transform + optimizer.base,
    ...{ steps: run.steps, seconds: run.seconds, memoryBytes: run.memoryBytes, measured },
  };
}

/** What is too much for the machine. */
export function warningsOf(
  { workers, memoryBytes, diskBytes }: Pick<EstimateReport['whole'], 'workers' | 'memoryBytes' | 'diskBytes'>,
  machine: EstimateReport['machine'],
  directory: string,
): string[] {
  const tooMuchMemory =
    `memory: ${count(workers, 'worker')} will need about ${formatBytes(memoryBytes)}, and the machine has ` +
    `${formatBytes(machine.memoryBytes)}; take fewer workers (--workers) or smaller batches`;
  const tooMuchDisk =
    `disk: about ${formatBytes(diskBytes)} will be written, and ${formatBytes(machine.freeDiskBytes)} is free in ` +
    `${printable(directory)}; make space, or keep fewer checkpoints (checkpoint.keep)`;
  return [
    ...(memoryBytes > machine.memoryBytes ? [tooMuchMemory] : []),
    ...(diskBytes > machine.freeDiskBytes ? [tooMuchDisk] : []),
  ];
}

/** Prints an estimate, and warns of what is too much. */
export function printEstimate(report: EstimateReport): void {
  output.print(describeEstimate(report).join('\n'));
  for (const warning of report.warnings) output.tell(`warning: ${warning}`);
}

/** The estimate as lines of text, of at most 100 columns where names are not long. */
export function describeEstimate(report: EstimateReport): string[] {
  const { rows, runs, finished } = report;
  const done = finished === 0 ? '' : `; ${count(finished, 'run')} finished before`;
  if (runs === 0) return [`nothing is left to run${done}`];
  return [
    [`estimate for ${count(runs, 'run')}`, ...shared(rows)].join(', ') + done,
    '',
    ...alignColumns([HEADS, ...rows.map((row) => cellsOf(row, labelsOf(rows)))]),
    '',
    ...wholeLines(report),
    '',
    `measured: ${measuredSteps(rows)} of each kind, for seconds a step and peak memory, with made-up images;`,
    `others had ${percent(Math.max(...rows.map(({ measured }) => measured.othersShare)), 0)} of the processors at most.`,
    ...(report.whole.workers > 1 ? [SLOWER] : []),
  ];
}

const SLOWER =
  'Workers share the memory bus, so each is slower than it was measured alone: see docs/performance.md.';

const HEADS = ['kind', 'runs', 'steps', 's/step', 'quartiles', 'time a run', 'memory'];

type Row = EstimateReport['rows'][number];

/** What is the same in all rows: it stands above them. */
function shared(rows: readonly Row[]): string[] {
  const [first] = rows;
  return (['dataset', 'precision'] as const).flatMap((key) =>
    first !== undefined && rows.every((row) => row[key] === first[key]) ? [first[key]] : [],
  );
}

function cellsOf(row: Row, label: (row: Row) => string): string[] {
  const { median, lowerQuartile, upperQuartile } = row.measured.stepMilliseconds;
  return [
    label(row),
    String(row.names.length),
    String(row.steps),
    seconds(median),
    `${seconds(lowerQuartile)}–${seconds(upperQuartile)}`,
    formatDuration(row.seconds.expected),
    formatBytes(row.memoryBytes),
  ];
}

/** Three digits or so. */
function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(milliseconds < 10_000 ? 3 : 1);
}

/** What tells the rows apart, with the name of a run where that is not enough. */
function labelsOf(rows: readonly Row[]): (row: Row) => string {
  const above = shared(rows);
  const label = ({ model, dataset, batchSize, optimizer, precision }: Row): string =>
    [dataset, model, String(batchSize), optimizer, precision]
      .filter((word) => !above.includes(word))
      .join(' ');
  return (row) => {
    const isAlone = rows.filter((other) => label(other) === label(row)).length === 1;
    return isAlone ? label(row) : `${label(row)} (${printable(row.names[0] ?? '', 30)})`;
  };
}

function wholeLines({ whole, machine, directory }: EstimateReport): string[] {
  const { low, expected, high } = whole.seconds;
  const each = whole.workers === 1 ? '' : ' each';
  const threads = whole.threads === null ? '' : ` on ${count(whole.threads, 'thread')}${each}`;
  const [least, most] = [formatDuration(low), formatDuration(high)];
  const range = least === most ? '' : ` (${least} to ${most} by the quartiles)`;
  return alignLeft([
    ['time', `${formatDuration(expected)}${range}, ${count(whole.workers, 'worker')}${threads}`],
    [
      'memory',
      `${formatBytes(whole.memoryBytes)} at once, the machine has ${formatBytes(machine.memoryBytes)}`,
    ],
    [
      'disk',
      `${formatBytes(whole.diskBytes)} in ${printable(directory)} (checkpoints ${formatBytes(whole.checkpointBytes)}, ` +
        `CSV ${formatBytes(whole.csvBytes)}), ${formatBytes(machine.freeDiskBytes)} free`,
    ],
  ]);
}

function alignLeft(lines: readonly (readonly [name: string, text: string])[]): string[] {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}

/** Such as `8 steps`, `3 to 8 steps`. */
function measuredSteps(rows: readonly Row[]): string {
  const steps = rows.map(({ measured }) => measured.steps);
  const [least, most] = [Math.min(...steps), Math.max(...steps)];
  return least === most ? count(most, 'step') : `${least} to ${count(most, 'step')}`;
}
