import type { ReportSpec } from '../../train/events.js';
import { gradientsTable } from './gradients.js';
import { metricsTable } from './metrics.js';
import { withReports } from './reports.js';
import { stepsTable } from './steps.js';
import { summaryTable } from './summary.js';
import type { Table } from './table.js';

/**
 * A page in which the columns of every CSV file stand as they are now: between `<!-- columns of metrics.csv … -->` and
 * `<!-- end of columns -->`, and so on.
 * @param page Markdown that has such a place for each file
 * @param reports everything that gradient transforms may report
 */
export function insertColumns(page: string, reports: readonly ReportSpec[]): string {
  const ofEpochs = reports.map((report) => ({
    ...report,
    meaning: report.ofEpoch === 'mean' ? `${report.meaning} Mean over the steps.` : report.meaning,
  }));
  const places = [
    placeOf(withReports(metricsTable, ofEpochs)),
    placeOf(gradientsTable),
    placeOf(withReports(stepsTable, reports)),
    placeOf(summaryTable),
  ];
  return places.reduce((text, { fileName, table }) => insert(text, fileName, table), page);
}

function placeOf<Row>({ fileName, fields }: Table<Row>) {
  const rows = fields.map(({ name, unit = '', measured = false, meaning }) => [
    `\`${name}\``,
    measured ? `${unit}, measured` : unit,
    meaning,
  ]);
  const cells = [['column', 'unit', 'meaning'], ['---', '---', '---'], ...rows];
  return { fileName, table: cells.map((row) => `| ${row.join(' | ')} |`).join('\n') };
}

function insert(page: string, fileName: string, table: string): string {
  const place = new RegExp(`(<!-- columns of ${fileName}[^>]*-->\n)[^]*?(\n<!-- end of columns -->)`);
  if (!place.test(page)) throw new Error(`the page has no place for the columns of ${fileName}`);
  return page.replace(place, (_, before: string, after: string) => `${before}\n${table}\n${after}`);
}
