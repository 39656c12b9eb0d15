import { createArrayCsvStringifier } from 'csv-writer/dist/index.js';
import type { Group, StudyRun } from '../analysis/groups.js';
import { valueInWords } from '../analysis/labels.js';

/** What a table of all runs says of each of them, in every row. */
interface Described {
  readonly group: Group;
  readonly label: string;
  readonly run: StudyRun;
}

/** Rows of a run, as the run wrote them. */
interface Texts {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One table of the rows of many runs, piece by piece: each row says by itself which run it is of. */
export class TidyCsv {
  readonly #varied: readonly string[];
  readonly #columns: readonly string[];
  readonly #stringifier: ReturnType<typeof createArrayCsvStringifier>;

  /**
   * @param varied - The keys that vary in the study, each a column.
   * @param columns - Of the runs' own tables, all that any of them has.
   */
  constructor(varied: readonly string[], columns: readonly string[]) {
    this.#varied = varied;
    this.#columns = columns;
    this.#stringifier = createArrayCsvStringifier({
      header: [...varied, 'label', 'seed', 'outcome', ...columns],
    });
  }

  header(): string {
    return this.#stringifier.getHeaderString() ?? '';
  }

  /** The rows of one run. What it has no column of is an empty field. */
  rowsOf({ group, label, run }: Described, { columns, rows }: Texts): string {
    const { seed, outcome } = run.state;
    const settings = this.#varied.map((key) => valueInWords(group.settings.get(key) ?? ''));
    const places = this.#columns.map((name) => columns.indexOf(name));
    const start = [...settings, label, seed, outcome];
    return this.#stringifier.stringifyRecords(
      rows.map((row) => [...start, ...places.map((place) => row[place])]),
    );
  }
}
