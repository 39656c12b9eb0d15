import { z } from 'zod';

import type { CsvTable, CsvValue } from '../csv.js';

/** What a column is, and how a row of the program gives it. */
interface ColumnFacts<Row> {
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

/** What reads a table back: rows by column name, each field as the zod type of its column has it. */
export interface Readable<Schema extends z.ZodObject> {
  readonly fileName: string;
  readonly schema: Schema;
}

/** The makers of a table of `Row`s: of a column, by the type of its field and what it is, and of the table. */
export function tableOf<Row>() {
  const known = new Map<z.ZodType, ColumnFacts<Row>>();
  /** @param type - Of this column alone. */
  function column<Type extends z.ZodType>(type: Type, facts: ColumnFacts<Row>): Type {
    known.set(type, facts);
    return type;
  }
  /** @param columns - In order, by name. */
  function table<
    Place extends Pick<Table<Row>, 'fileName'>,
    Shape extends Readonly<Record<string, z.ZodType>>,
  >(place: Place, columns: Shape) {
    const fields = Object.entries(columns).map(([name, type]) => {
      const facts = known.get(type);
      if (facts === undefined) throw new Error(`nothing is said of the column ${name}`);
      return { ...facts, name };
    });
    return { ...place, ...columnsOf(fields), schema: z.object(columns) };
  }
  return { column, table };
}

/** The part of a table that says which columns it has. */
export function columnsOf<Row>(fields: readonly Column<Row>[]): Pick<Table<Row>, 'columns' | 'fields'> {
  return { columns: fields.map(({ name }) => name), fields };
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
