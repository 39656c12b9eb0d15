import { UserError } from '../../errors.js';
import type { ReportSpec } from '../../train/events.js';
import type { CsvValue } from '../csv.js';
import { columnsOf } from './table.js';
import type { Column, RunTable } from './table.js';

/** Rows that carry what the gradient transform reported. */
interface Reporting {
  readonly reports: Readonly<Record<string, number>>;
}

/** A column that every run has, whatever its transform reports; what it means is said by the transform that does. */
export function reported(name: string) {
  return { meaning: '', reported: true, of: ({ reports }: Reporting): CsvValue => reports[name] };
}

/**
 * A table with a column for each report: those it has anyway stay where they are and get the meaning of the report, the
 * others follow at its end.
 * @throws UserError `plugin` when a report has the name of a column that is something else
 */
export function withReports<Row extends Reporting>(
  { fields, fileName }: RunTable<Row>,
  reports: readonly ReportSpec[],
): RunTable<Row> {
  const columns = new Map<string, Column<Row>>(fields.map((field) => [field.name, field]));
  for (const { name, unit, meaning } of reports) {
    if (columns.has(name) && columns.get(name)?.reported !== true)
      throw new UserError(
        'plugin',
        `${fileName} has a column ${name} of its own, so nothing else can be reported by that name`,
      );
    columns.set(name, { ...reported(name), name, unit, meaning });
  }
  return { fileName, ...columnsOf([...columns.values()]) };
}
