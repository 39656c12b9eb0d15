/** What a field gives that is not as it should be. */
export const refused = Symbol('refused');

/**
 * How a field of a CSV file is read. Not a zod type: a study has millions of fields, and zod takes longer than all the
 * rest of reading them.
 */
export interface Field<Value> {
  /** Completes the message about any other: `a number`. */
  readonly allowed: string;
  readonly read: (text: string) => Value | typeof refused;
  /** Whether files from before have no such column. */
  readonly isOptional?: boolean;
}

/** A field that files from before do not have. */
export interface OptionalField<Value> extends Field<Value> {
  readonly isOptional: true;
}

/** Any number, NaN among them. */
export const number: Field<number> = { allowed: 'a number', read: readNumber };

function readNumber(text: string): number | typeof refused {
  const value = Number(text);
  // An empty text is 0 to Number, and every word NaN.
  if (value === 0) return text.trim() === '' ? refused : value;
  return Number.isNaN(value) && text !== 'NaN' ? refused : value;
}

export const wholeNumber: Field<number> = {
  allowed: 'a whole number',
  read: (text) => (/^\d+$/.test(text) ? Number(text) : refused),
};

/** A number from 0 to 1. */
export const share: Field<number> = {
  allowed: 'a number from 0 to 1',
  read: (text) => {
    const value = readNumber(text);
    return value !== refused && value >= 0 && value <= 1 ? value : refused;
  },
};

/** Any text but none. */
export const word: Field<string> = {
  allowed: 'a word',
  read: (text) => (text === '' ? refused : text),
};

/** undefined where the field is empty. */
export function orEmpty<Value>({ allowed, read }: Field<Value>): Field<Value | undefined> {
  return {
    allowed: `${allowed}, or an empty field`,
    read: (text) => (text === '' ? undefined : read(text)),
  };
}

export function optional<Value>(field: Field<Value>): OptionalField<Value> {
  return { ...field, isOptional: true };
}

/** What a field gives. */
type ValueOf<Type> = Type extends Field<infer Value> ? Value : never;

type OptionalColumns<Shape> = {
  [Name in keyof Shape]: Shape[Name] extends OptionalField<unknown> ? Name : never;
}[keyof Shape];

/** A row of a table whose columns have these fields. */
export type RowOf<Shape> = {
  readonly [Name in Exclude<keyof Shape, OptionalColumns<Shape>>]: ValueOf<Shape[Name]>;
} & { readonly [Name in OptionalColumns<Shape>]?: ValueOf<Shape[Name]> | undefined };
