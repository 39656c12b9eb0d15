import { z } from 'zod';

import { measurementSchema } from '../bench/measurement.js';
import { PRECISIONS } from '../config/index.js';
import { machineSchema, programSchema } from '../record/environment.js';
import { engineSchema } from '../record/manifest.js';
import { percent } from '../support/text.js';
import { alignColumns } from '../support/table.js';

/** What `gan-bench bench --json` prints. */
export const benchReportSchema = z.strictObject({
  program: programSchema,
  /** Its precision is a row's own. */
  engine: engineSchema.omit({ precision: true }),
  machine: machineSchema,
  /** One for each combination of model, batch size, optimizer and precision, each measured in a process of its own. */
  rows: z.array(
    z.strictObject({
      model: z.string(),
      batchSize: z.int().min(1),
      optimizer: z.string(),
      precision: z.enum(PRECISIONS),
      ...measurementSchema.shape,
    }),
  ),
});

export type BenchReport = z.output<typeof benchReportSchema>;
type Row = BenchReport['rows'][number];

/** The report as lines of text. */
export function describeReport({ program, engine, machine, rows }: BenchReport): string[] {
  return [
    `gan-bench ${program.version}, Node ${program.node}, ${engine.library} on ${engine.devices.join(', ')}, ${machine.cpuCores} cores`,
    '',
    ...alignColumns([costHeads, ...rows.map(costCells)]),
    '',
    'what a step asks of the memory, and what that gives:',
    ...alignColumns([memoryHeads, ...rows.map(memoryCells)]),
    '',
    'share of each phase in the time of a step:',
    ...alignColumns([
      [...labelHeads, ...(rows[0]?.phases.map(({ phase }) => phase) ?? [])],
      ...rows.map((row) => [...labels(row), ...row.phases.map(({ share }) => percent(share, 1))]),
    ]),
  ];
}

const labelHeads = ['model', 'batch', 'optimizer', 'precision'];

const costHeads = [
  ...labelHeads,
  ...['ms/step', 'min', 'quartiles', 'images/s', 'GFLOP', 'GFLOP/s', 'of matMul', 'others'],
];

const memoryHeads = [
  ...labelHeads,
  ...['operations', 'GB', 'GB/s', 'of a sum', 'page faults', 'huge pages', 'tensors', 'peak RSS'],
];

function labels({ model, batchSize, optimizer, precision }: Row): string[] {
  return [model, String(batchSize), optimizer, precision];
}

function costCells(row: Row): string[] {
  const { min, lowerQuartile, median, upperQuartile } = row.stepMilliseconds;
  return [
    ...labels(row),
    median.toFixed(1),
    min.toFixed(1),
    `${lowerQuartile.toFixed(1)}–${upperQuartile.toFixed(1)}`,
    row.imagesPerSecond.toFixed(0),
    row.gflopPerStep.toFixed(2),
    row.gflopPerSecond.toFixed(0),
    `${percent(row.gflopPerSecond / row.matMul.gflopPerSecond, 1)} of ${row.matMul.gflopPerSecond.toFixed(0)}`,
    percent(row.othersShare, 1),
  ];
}

function memoryCells(row: Row): string[] {
  const { traffic, vectorSum, hugePageBytes } = row;
  const { afterFirst, afterLast } = row.liveTensors;
  const unknown = '–';
  return [
    ...labels(row),
    ...(traffic
      ? [
          String(traffic.operations),
          traffic.gigabytes.toFixed(2),
          traffic.gigabytesPerSecond.toFixed(1),
          `${percent(traffic.gigabytesPerSecond / vectorSum.gigabytesPerSecond, 1)} of ${vectorSum.gigabytesPerSecond.toFixed(1)}`,
        ]
      : [unknown, unknown, unknown, unknown]),
    row.pageFaultsPerStep.toFixed(0),
    hugePageBytes === undefined ? unknown : mebibytes(hugePageBytes),
    afterFirst === afterLast ? String(afterLast) : `${afterFirst} → ${afterLast}`,
    mebibytes(row.peakRssBytes),
  ];
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
