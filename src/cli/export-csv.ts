import { runPaths } from '../record/directory.js';
import { gradientsTable } from '../record/tables/gradients.js';
import { metricsTable } from '../record/tables/metrics.js';
import { readColumns, readTexts } from '../record/tables/texts.js';
import { TidyCsv } from '../report/tidy-csv.js';
import { count, printable } from '../support/text.js';
import { readExported, type Exported } from './export-runs.js';
import { output } from './output.js';
import { writeMade } from '../library/written.js';

const TABLES = { metrics: metricsTable, gradients: gradientsTable };

/** Which of a run's tables. */
type Table = keyof typeof TABLES;

interface Asked {
  /** Whether the table has a row for each layer. */
  readonly layers: boolean;
  /** undefined: standard output. */
  readonly out: string | undefined;
}

/**
 * Writes all rows of a study's runs as one table, a run at a time.
 * @throws UserError where there are no runs, or a file cannot be read or written
 */
export async function exportCsv(places: readonly string[], { layers, out }: Asked): Promise<void> {
  const exported = await readExported(places);
  const pieces = piecesOf(exported, layers ? 'gradients' : 'metrics');
  if (out === undefined) {
    for await (const piece of pieces) {
      // Each ends with a line end.
      output.print(piece.slice(0, -1));
      // A slow reader must not make the whole table wait in memory.
      await output.flush();
    }
    return;
  }
  await writeMade(out, pieces);
  const runs = exported.groups.reduce((sum, group) => sum + group.runs.length, 0);
  output.print(`wrote the ${layers ? 'layers' : 'epochs'} of ${count(runs, 'run')}: ${printable(out)}`);
}

async function* piecesOf({ varied, groups }: Exported, table: Table): AsyncGenerator<string> {
  const columns = new Set<string>();
  for (const { state } of groups.flatMap(({ runs }) => runs))
    for (const column of await readColumns(runPaths(state.directory)[table])) columns.add(column);
  const csv = new TidyCsv(varied, [...columns]);
  yield csv.header();
  for (const { group, label, runs } of groups) {
    for (const run of runs) {
      const texts = await readTexts(runPaths(run.state.directory)[table], TABLES[table]);
      if (texts.rows.length > 0) yield csv.rowsOf({ group, label, run }, texts);
    }
  }
}
