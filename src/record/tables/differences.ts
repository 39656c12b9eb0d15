import type { CsvTable } from '../csv.js';
import { number, refused } from './fields.js';
import { CsvText } from './read.js';
import { measuredColumns, type Readable, type Shape, type Table } from './table.js';

/** A field in which two files differ, as it stands in each. */
export interface FieldDifference {
  /** In both files; the header is line 1. */
  readonly line: number;
  readonly column: string;
  readonly original: string;
  readonly here: string;
  /** |original − here| by the larger of both sizes, from 0 to 2; undefined where one is no finite number. */
  readonly relative: number | undefined;
}

/** How a CSV file of a run and that of a repetition differ, without the columns that no two runs share. */
export interface TableComparison {
  readonly file: string;
  /** Rows that both have, all of which are compared. */
  readonly rows: number;
  readonly rowsOfOriginal: number;
  readonly rowsHere: number;
  /** Columns that only one of them has, as files of other versions do: not compared. */
  readonly uncompared: readonly string[];
  readonly first: FieldDifference | undefined;
  /** The one with the largest relative difference. */
  readonly largest: FieldDifference | undefined;
  readonly isSame: boolean;
}

/**
 * Compares a CSV file of a run with that of its repetition, word for word.
 * @param files.isWhole whether both must have as many rows; else the repetition may have fewer
 * @throws UserError `io` naming the file that cannot be read or is not of this table
 */
export async function compareTables(
  table: Readable<Shape> & CsvTable & Pick<Table<never>, 'fields'>,
  files: { readonly original: string; readonly here: string; readonly isWhole: boolean },
): Promise<TableComparison> {
  const original = await CsvText.open(files.original, table);
  const here = await CsvText.open(files.here, table);
  const columns = columnsOfBoth(original, here, measuredColumns(table));
  let [rows, first, largest]: [number, FieldDifference?, FieldDifference?] = [0];
  let isMore = [next(original), next(here)] as const;
  while (original !== undefined && here !== undefined && isMore.every(Boolean)) {
    rows += 1;
    for (const difference of differencesOf(columns.shared, original.texts(), here.texts(), rows + 1)) {
      first ??= difference;
      if (largest === undefined || sizeOf(difference) > sizeOf(largest)) largest = difference;
    }
    isMore = [next(original), next(here)];
  }
  const rowsOfOriginal = rows + rowsLeft(original, isMore[0]);
  const rowsHere = rows + rowsLeft(here, isMore[1]);
  const isLongEnough = files.isWhole ? rowsHere === rowsOfOriginal : rowsHere <= rowsOfOriginal;
  const isSame = first === undefined && isLongEnough;
  const { uncompared } = columns;
  return { file: table.fileName, rows, rowsOfOriginal, rowsHere, uncompared, first, largest, isSame };
}

function next(csv: CsvText | undefined): boolean {
  return csv?.next() ?? false;
}

/** @param isMore - Whether it stands on a row that is not counted yet. */
function rowsLeft(csv: CsvText | undefined, isMore: boolean): number {
  let rows = isMore ? 1 : 0;
  while (isMore && next(csv)) rows += 1;
  return rows;
}

interface SharedColumn {
  readonly name: string;
  /** Where it stands in each file. */
  readonly places: readonly [number, number];
}

function columnsOfBoth(
  original: CsvText | undefined,
  here: CsvText | undefined,
  measured: readonly string[],
): { readonly shared: readonly SharedColumn[]; readonly uncompared: readonly string[] } {
  const [ours, theirs] = [original?.columns ?? [], here?.columns ?? []];
  const all = [...new Set([...ours, ...theirs])].filter((name) => !measured.includes(name));
  const placed = all.map((name) => ({
    name,
    places: [ours.indexOf(name), theirs.indexOf(name)] as const,
  }));
  const isShared = ({ places }: SharedColumn): boolean => !places.includes(-1);
  // A file that is missing has no rows, which is told by their number.
  const isBoth = original !== undefined && here !== undefined;
  return {
    shared: placed.filter(isShared),
    uncompared: isBoth ? placed.filter((column) => !isShared(column)).map(({ name }) => name) : [],
  };
}

function* differencesOf(
  columns: readonly SharedColumn[],
  ours: readonly string[],
  theirs: readonly string[],
  line: number,
): Generator<FieldDifference, void> {
  for (const { name, places } of columns) {
    const [original = '', here = ''] = [ours[places[0]], theirs[places[1]]];
    if (original === here) continue;
    yield { line, column: name, original, here, relative: relativeDifference(original, here) };
  }
}

function relativeDifference(original: string, here: string): number | undefined {
  const a = number.read(original);
  const b = number.read(here);
  if (a === refused || b === refused) return undefined;
  const relative = a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
  return Number.isFinite(relative) ? relative : undefined;
}

/** What is no number differs from one by more than any number does. */
function sizeOf({ relative = Infinity }: FieldDifference): number {
  return relative;
}
