import type { EpochMetrics, LayerStatistics, ReportSpec, TrainEvent } from '../train/events.js';
import { gradientsTable } from './tables/gradients.js';
import { metricsTable } from './tables/metrics.js';
import { withReports } from './tables/reports.js';
import { stepsTable } from './tables/steps.js';
import { fieldsOf, tableOfRuns } from './tables/table.js';
import type { RunTable } from './tables/table.js';

/** One of each thing that gets rows, as a run tells it. */
export interface SampleRows {
  readonly metrics: EpochMetrics;
  readonly layers: readonly LayerStatistics[];
  readonly step: Extract<TrainEvent, { type: 'step' }>;
}

/** Bytes of a CSV file: of its first line, and of what is added at a time. */
export interface RowBytes {
  readonly file: string;
  readonly header: number;
  readonly added: number;
}

/**
 * How the files of a run grow whose rows are as long as these; numbers take a few digits more or less.
 * @param reports - What the run's gradient transform may report: its columns.
 * @returns of metrics.csv and gradients.csv what an epoch adds, of steps.csv what a step adds
 */
export function rowBytesOf({ metrics, layers, step }: SampleRows, reports: readonly ReportSpec[]) {
  const { epoch, validationAccuracy } = metrics;
  const table = tableOfRuns(metricsTable, { hasValidation: validationAccuracy !== undefined });
  return {
    epochs: [
      growthOf(withReports(table, reports), [metrics]),
      growthOf(
        gradientsTable,
        layers.map((layer) => ({ ...layer, epoch })),
      ),
    ],
    steps: growthOf(withReports(stepsTable, reports), [step]),
  };
}

function growthOf<Row>(table: RunTable<Row>, rows: readonly Row[]): RowBytes {
  return {
    file: table.fileName,
    header: lineBytes(table.columns),
    added: rows.reduce((sum, row) => sum + lineBytes(fieldsOf(table, row)), 0),
  };
}

/** Fields with a comma or a line end after each. */
function lineBytes(fields: readonly (string | number | undefined)[]): number {
  return fields.reduce<number>((sum, field) => sum + Buffer.byteLength(String(field ?? '')) + 1, 0);
}
