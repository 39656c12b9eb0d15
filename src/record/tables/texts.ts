import { UserError } from '../../errors.js';
import { readError, readTextIfPresent } from '../files.js';
import { readStart } from '../recorded.js';

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
 * @throws UserError `io` naming the file and the line that has more or fewer fields than the first
 */
export async function readTexts(file: string): Promise<TextTable> {
  const text = await readTextIfPresent(file);
  const [header, ...lines] = (text ?? '').split('\n').slice(0, -1);
  if (header === undefined) return { columns: [], rows: [] };
  const columns = header.split(',');
  const rows = lines.map((line, index) => {
    const fields = line.split(',');
    if (fields.length !== columns.length) throw damagedLine(`${file}: line ${index + 2}`, fields, columns);
    return fields;
  });
  return { columns, rows };
}

function damagedLine(place: string, fields: readonly string[], columns: readonly string[]): UserError {
  return new UserError(
    'io',
    `${place}: has ${fields.length} fields, expected ${columns.length}; the file is damaged`,
  );
}
