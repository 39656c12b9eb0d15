import { UserError } from '../../errors.js';
import { count, printable } from '../../support/text.js';
import { readTextIfPresent } from '../files.js';
import { refused, type Field, type RowOf } from './fields.js';
import type { Readable, Shape } from './table.js';

/**
 * A CSV file of a run, of this version or an older one, which lacks the columns that may be absent; it is gone through row
 * by row. Columns that the table does not know are passed over, and so is a torn last line, as a killed run leaves it.
 */
export class CsvText {
  readonly #file: string;
  readonly #text: string;
  readonly #columns: readonly string[];
  /** Where each field of the row begins, and where the next would. A line is not cut: most of some tables is not read. */
  readonly #starts: number[];
  #line = 1;
  /** Where the next line begins. */
  #next: number;
  readonly #end: number;

  private constructor(file: string, text: string, header: string) {
    this.#file = file;
    this.#text = text;
    this.#columns = header.split(',');
    this.#starts = new Array<number>(this.#columns.length + 1).fill(0);
    this.#next = header.length + 1;
    this.#end = text.lastIndexOf('\n') + 1;
  }

  /**
   * @returns undefined when there is no such file, or not a whole line in it
   * @throws UserError `io` naming the file when it cannot be read or is not of this table
   */
  static async open(file: string, { fileName, shape }: Readable<Shape>): Promise<CsvText | undefined> {
    const text = (await readTextIfPresent(file)) ?? '';
    const end = text.indexOf('\n');
    if (end < 0) return undefined;
    const header = text.slice(0, end);
    const csv = new CsvText(file, text, header);
    const missing = Object.entries(shape).find(
      ([name, field]) => field.isOptional !== true && !csv.has(name),
    );
    if (missing === undefined) return csv;
    throw new UserError(
      'io',
      `${file}: is not a ${fileName}: its first line has no column ${missing[0]}, it is "${printable(header)}"`,
    );
  }

  /** All of them, in the order of the file. */
  get columns(): readonly string[] {
    return this.#columns;
  }

  has(column: string): boolean {
    return this.#columns.includes(column);
  }

  /**
   * Goes on to the next row.
   * @returns whether there is one
   * @throws UserError `io` naming file and line when it has too few fields or too many
   */
  next(): boolean {
    if (this.#next === this.#end) return false;
    this.#line++;
    const lineEnd = this.#text.indexOf('\n', this.#next);
    for (let start = this.#next, index = 0; index < this.#columns.length; index++) {
      this.#starts[index] = start;
      const comma = this.#text.indexOf(',', start);
      const isLast = comma < 0 || comma > lineEnd;
      if (isLast !== (index === this.#columns.length - 1)) throw this.#wrongWidth(lineEnd);
      start = comma + 1;
    }
    this.#starts[this.#columns.length] = this.#next = lineEnd + 1;
    return true;
  }

  /**
   * How a column that is there is read of a row.
   * @throws UserError `io`, when it is called, naming file, line and column
   */
  column<Value>(name: string, { read, allowed }: Field<Value>): () => Value {
    const index = this.#columns.indexOf(name);
    return () => {
      const text = this.#field(index);
      const value = read(text);
      if (value === refused) throw wrongField(this.place(), name, text, allowed);
      return value;
    };
  }

  /** How a column that is there is made sure to have a certain text; else it throws as {@link column} does. */
  expecting(name: string): (expected: string) => void {
    const index = this.#columns.indexOf(name);
    return (expected) => {
      const found = this.#field(index);
      if (found !== expected) throw wrongField(this.place(), name, found, expected);
    };
  }

  /** The row word for word, a text for each column. */
  texts(): string[] {
    return this.#columns.map((_, index) => this.#field(index));
  }

  /** Where the row stands, for messages. */
  place(): string {
    return `${this.#file}: line ${this.#line}`;
  }

  #field(index: number): string {
    return this.#text.slice(this.#starts[index], (this.#starts[index + 1] ?? 0) - 1);
  }

  #wrongWidth(lineEnd: number): UserError {
    const found = this.#text.slice(this.#next, lineEnd).split(',').length;
    return new UserError(
      'io',
      `${this.place()}: has ${count(found, 'field')}, expected ${this.#columns.length}; the file is damaged`,
    );
  }
}

/**
 * Reads a CSV file of a run.
 * @returns the rows in order; none when there is no such file
 * @throws UserError `io` naming the file, line and column when it is not of this table
 */
export async function readTable<Fields extends Shape>(
  file: string,
  table: Readable<Fields>,
): Promise<RowOf<Fields>[]> {
  const csv = await CsvText.open(file, table);
  if (csv === undefined) return [];
  const columns = Object.entries<Field<unknown>>(table.shape)
    .filter(([name]) => csv.has(name))
    .map(([name, field]) => ({ name, read: csv.column(name, field) }));
  // A copy has its properties side by side; added one by one, so many would be kept in a hash table.
  const blank: Readonly<Record<string, unknown>> = Object.fromEntries(
    columns.map(({ name }) => [name, undefined]),
  );
  const rows: RowOf<Fields>[] = [];
  while (csv.next()) {
    const row = { ...blank };
    for (const { name, read } of columns) row[name] = read();
    if (!isRow(row, table.shape)) throw new Error(`${csv.place()}: a column is missing`);
    rows.push(row);
  }
  return rows;
}

/** Whether it has all columns; each value is what the field of its column gave. */
function isRow<Fields extends Shape>(row: object, shape: Fields): row is RowOf<Fields> {
  for (const name in shape) if (!(name in row) && shape[name]?.isOptional !== true) return false;
  return true;
}

/** The error for a field that is not what it should be. */
export function wrongField(place: string, column: string, found: string, expected: string): UserError {
  return new UserError('io', `${place}: ${column} is "${printable(found, 40)}", expected ${expected}`);
}
