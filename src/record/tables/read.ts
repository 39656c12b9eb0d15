import { z } from 'zod';
import { UserError } from '../../errors.js';
import { printable } from '../../support/text.js';
import { readTextIfPresent } from '../files.js';
import type { Readable } from './table.js';

/**
 * Reads a CSV file of a run, of this version or an older one, which lacks the columns that may be absent. Columns that
 * the table does not know are passed over, and so is a torn last line, as a killed run leaves it.
 * @returns the rows in order; none when there is no such file
 * @throws UserError `io` naming the file, line and column when it is not of this table
 */
export async function readTable<Schema extends z.ZodObject>(
  file: string,
  { fileName, schema }: Readable<Schema>,
): Promise<z.output<Schema>[]> {
  const text = await readTextIfPresent(file);
  const [header, ...lines] = (text ?? '').split('\n').slice(0, -1);
  if (header === undefined) return [];
  const columns = header.split(',');
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  for (const [name, type] of Object.entries(shape)) {
    if (columns.includes(name) || z.safeParse(type, undefined).success) continue;
    throw new UserError(
      'io',
      `${file}: is not a ${fileName}: its first line has no column ${name}, it is "${printable(header)}"`,
    );
  }
  const known = columns.flatMap((name, index) => (Object.hasOwn(shape, name) ? [{ name, index }] : []));
  const layout = { columns, known };
  return lines.map((line, index) => parseRow(schema, layout, line, () => `${file}: line ${index + 2}`));
}

interface Layout {
  readonly columns: readonly string[];
  /** Those that the table has, and where they stand. */
  readonly known: readonly { readonly name: string; readonly index: number }[];
}

function parseRow<Schema extends z.ZodObject>(
  schema: Schema,
  { columns, known }: Layout,
  line: string,
  place: () => string,
): z.output<Schema> {
  const fields = line.split(',');
  if (fields.length !== columns.length) {
    throw new UserError(
      'io',
      `${place()}: has ${fields.length} fields, expected ${columns.length}; the file is damaged`,
    );
  }
  // A study has hundreds of thousands of rows: nothing else is made of each.
  const row: Record<string, string | undefined> = {};
  for (const { name, index } of known) row[name] = fields[index];
  const { data, error } = schema.safeParse(row);
  if (error === undefined) return data;
  const [issue] = error.issues;
  const column = String(issue?.path[0]);
  throw wrongField(place(), column, fields[columns.indexOf(column)] ?? '', issue?.message ?? 'another value');
}

/** The error for a field that is not what it should be. */
export function wrongField(place: string, column: string, found: string, expected: string): UserError {
  return new UserError('io', `${place}: ${column} is "${printable(found, 40)}", expected ${expected}`);
}
