import type { CsvTable, CsvValue } from '../csv.js';
import type { Field } from './fields.js';

/** What a column is, and how a row of the program gives it. */
export interface ColumnFacts<Row> {
  /** Unit or range; empty for a plain number or a word. */
  readonly unit?: string;
  readonly meaning: string;
  /** undefined is written as an empty field. */
  readonly of: (row: Row) => CsvValue;
  /**
   * Measured of time or of the machine: no two runs share it. It is rounded to thousandths, and left out where runs
   * are compared.
   */
  readonly measured?: boolean;
  /** Whether it is what a gradient transform reports under the column's name. */
  readonly reported?: boolean;
  /** Whether it is of the validation images: only runs that have some have the column. */
  readonly ofValidation?: boolean;
}

/** A column of a CSV file. */
export interface Column<Row> extends ColumnFacts<Row> {
  readonly name: string;
}

/** The columns of a CSV file in order: what writes it, reads it, describes it and compares it goes by them. */
export interface Table<Row> {
  readonly fileName: string;
  readonly columns: readonly string[];
  readonly fields: readonly Column<Row>[];
}

/** A table that grows with a run. */
export type RunTable<Row> = Table<Row> & CsvTable;

/** The fields of a table, by the name of their column. */
export type Shape = Readonly<Record<string, Field<unknown>>>;

/** What reads a table back. */
export interface Readable<Fields extends Shape> {
  readonly fileName: string;
  readonly shape: Fields;
}

/** The makers of a table of `Row`s: of a column, by its field and what it is, and of the table. */
export function tableOf<Row>() {
  function column<Type extends Field<unknown>>(type: Type, facts: ColumnFacts<Row>): Type & ColumnFacts<Row> {
    return { ...type, ...facts };
  }
  /** @param shape - The columns in order, by name. */
  function table<
    Place extends Pick<Table<Row>, 'fileName'>,
    Fields extends Readonly<Record<string, Field<unknown> & ColumnFacts<Row>>>,
  >(place: Place, shape: Fields) {
    const fields = Object.entries(shape).map(([name, facts]) => ({ ...facts, name }));
    return { ...place, ...columnsOf(fields), shape };
  }
  return { column, table };
}

/** The part of a table that says which columns it has. */
export function columnsOf<Row>(fields: readonly Column<Row>[]): Pick<Table<Row>, 'columns' | 'fields'> {
  return { columns: fields.map(({ name }) => name), fields };
}

/** A table as runs with or without validation images have it. */
export function tableOfRuns<Row>(
  { fileName, fields }: Pick<Table<Row>, 'fileName' | 'fields'>,
  { hasValidation }: { readonly hasValidation: boolean },
): Table<Row> {
  const had = fields.filter(({ ofValidation = false }) => hasValidation || !ofValidation);
  return { fileName, ...columnsOf(had) };
}

/** A row as the file has it. */
export function fieldsOf<Row>({ fields }: Table<Row>, row: Row): CsvValue[] {
  return fields.map(({ of, measured }) => {
    const value = of(row);
    return measured === true && typeof value === 'number' ? Number(value.toFixed(3)) : value;
  });
}

/** Names of the columns in which two runs of the same configuration and seed differ. */
export function measuredColumns(table: Pick<Table<never>, 'fields'>): string[] {
  return table.fields.filter(({ measured }) => measured).map(({ name }) => name);
}
