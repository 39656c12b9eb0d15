import type { RowOf } from './tables/fields.js';
import { metricsTable } from './tables/metrics.js';
import { readTable, wrongField } from './tables/read.js';

/** A row of metrics.csv, by column. */
export type MetricsRow = RowOf<typeof metricsTable.shape>;

/**
 * Reads a metrics.csv. A torn last line, as a killed run leaves it, is passed over.
 * @returns one entry per epoch, in order; none when there is no such file
 * @throws UserError `io` naming the file, line and column when it is not a metrics.csv
 */
export async function readMetrics(file: string): Promise<MetricsRow[]> {
  const rows = await readTable(file, metricsTable);
  for (const [index, { epoch }] of rows.entries()) {
    if (epoch === index + 1) continue;
    throw wrongField(`${file}: line ${index + 2}`, 'epoch', String(epoch), String(index + 1));
  }
  return rows;
}
