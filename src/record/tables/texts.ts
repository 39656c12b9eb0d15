import { readError } from '../files.js';
import { readStart } from '../recorded.js';
import { CsvText } from './read.js';
import type { Readable, Shape } from './table.js';

/** A CSV file of a run as its texts stand there, with columns that this version does not know. */
export interface TextTable {
  readonly columns: readonly string[];
  /** A text for each column. */
  readonly rows: readonly (readonly string[])[];
}

/** More than the first line of a table has. */
const FIRST_LINE = 2 ** 16;

/**
 * The columns of a CSV file of a run; none when there is no such file.
 * @throws UserError `io` when it cannot be read
 */
export async function readColumns(file: string): Promise<string[]> {
  const { start } = await readStart(file, FIRST_LINE).catch((error: unknown) => {
    throw readError(file, error);
  });
  const [header, ...rest] = start.toString('utf8').split('\n', 2);
  return header === undefined || rest.length === 0 ? [] : header.split(',');
}

/**
 * Reads a CSV file of a run word for word. A torn last line, as a killed run leaves it, is passed over.
 * @returns no columns and no rows when there is no such file
 * @throws UserError `io` naming the file, and the line that has more or fewer fields than the first
 */
export async function readTexts(file: string, table: Readable<Shape>): Promise<TextTable> {
  const csv = await CsvText.open(file, table);
  if (csv === undefined) return { columns: [], rows: [] };
  const rows: string[][] = [];
  while (csv.next()) rows.push(csv.texts());
  return { columns: csv.columns, rows };
}
